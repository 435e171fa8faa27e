"""A log line nobody can read any more."""

import os

from hutong.node.console import Console


def test_a_line_whose_reader_is_gone_ends_nothing():
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", buffering=1) as gone:
        Console(gone).warning("the database is away")
        Console(gone).error("still")
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)  # so that closing can write the rest


def test_a_line_is_printed(capsys):
    Console().info("ready")
    assert capsys.readouterr().out == "ready\n"
