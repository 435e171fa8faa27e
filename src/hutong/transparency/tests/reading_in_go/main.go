// Reads a published log as a stranger would, with the tree, tile and note code of Go's checksum
// database, which shares nothing with ours.
//
//	main <folder with checkpoint and tile/> <verifier key>
//
// It opens the signed checkpoint, takes every hash through tiles that it authenticates against the
// signed root, checks an inclusion proof for every entry of the bundles (of a large log, for some
// thousands spread over it), and a consistency proof for each smaller size asked for on standard
// input. Prints "ok <size>".
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type folder string

func (f folder) Height() int { return height }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		// Go's own server writes the height into the path; C2SP leaves it out.
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) entries(size int64) [][]byte {
	var found [][]byte
	for n := int64(0); n < size; n += 256 {
		tile := tlog.Tile{H: height, L: 0, N: n / 256, W: 256}
		if size-n < 256 {
			tile.W = int(size - n)
		}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		must(err)
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			found = append(found, data[2:2+length])
			data = data[2+length:]
		}
	}
	return found
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	log.SetFlags(0)
	files := folder(os.Args[1])
	verifier, err := note.NewVerifier(os.Args[2])
	must(err)
	signed, err := os.ReadFile(filepath.Join(string(files), "checkpoint"))
	must(err)
	opened, err := note.Open(signed, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		log.Fatalf("the checkpoint is of %s", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)

	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, files)
	entries := files.entries(size)
	if int64(len(entries)) != size {
		log.Fatalf("%d entries in the bundles, not %d", len(entries), size)
	}
	step := 1 + len(entries)/4000
	for n := 0; n < len(entries); n += step {
		proof, err := tlog.ProveRecord(size, int64(n), reader)
		must(err)
		must(tlog.CheckRecord(proof, size, root, int64(n), tlog.RecordHash(entries[n])))
	}
	sizes := bufio.NewScanner(os.Stdin)
	for sizes.Scan() {
		smaller, err := strconv.ParseInt(sizes.Text(), 10, 64)
		must(err)
		before, err := tlog.TreeHash(smaller, reader)
		must(err)
		proof, err := tlog.ProveTree(size, smaller, reader)
		must(err)
		must(tlog.CheckTree(proof, size, root, smaller, before))
	}
	fmt.Println("ok", size)
}
