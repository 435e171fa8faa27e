// What verifying needs of mathematics: canonical JSON (RFC 8785), SHA-256, Ed25519 (RFC 8032), base58,
// signed notes (C2SP signed-note) and Merkle inclusion (RFC 6962). No page, no network.

const encoder = new TextEncoder();
const LOG_KEY = 1; // the algorithms of verifier keys
const WITNESS_KEY = 4;
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export class Malformed extends Error {}

export const utf8 = (text) => encoder.encode(text);

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

export const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

export function base64(text) {
  if (typeof text !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Malformed("base64");
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    throw new Malformed("base64");
  }
}

// Multibase base58btc: z…
export function multibase(text) {
  if (typeof text !== "string" || text[0] !== "z" || text.length > 1000) throw new Malformed("multibase");
  let number = 0n;
  for (const letter of text.slice(1)) {
    const value = BASE58.indexOf(letter);
    if (value < 0) throw new Malformed("multibase");
    number = number * 58n + BigInt(value);
  }
  const digits = [];
  for (; number; number >>= 8n) digits.unshift(Number(number & 255n));
  const zeros = text.slice(1).match(/^1*/)[0].length;
  return Uint8Array.from([...Array(zeros).fill(0), ...digits]);
}

// The Ed25519 public key of a Multikey (0xed01 and 32 bytes).
export function multikey(text) {
  const bytes = multibase(text);
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 1) throw new Malformed("multikey");
  return bytes.slice(2);
}

// RFC 8785: what JSON.stringify writes, with names in the order of their UTF-16 code units.
export function canonical(value, depth = 0) {
  if (depth > 200) throw new Malformed("too deep");
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
  if (value && typeof value === "object") {
    const names = Object.keys(value).sort();
    return `{${names.map((n) => `${JSON.stringify(n)}:${canonical(value[n], depth + 1)}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new Malformed("number");
  return JSON.stringify(value);
}

// -- Ed25519: by the browser where it can, else here ------------------------------------------------

export async function ed25519(publicKey, signature, message) {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    return ed25519ByHand(publicKey, signature, message);
  }
}

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const mod = (a, m = P) => ((a % m) + m) % m;

function power(base, exponent) {
  let result = 1n;
  for (base = mod(base); exponent; exponent >>= 1n, base = mod(base * base)) {
    if (exponent & 1n) result = mod(result * base);
  }
  return result;
}

const little = (bytes) => bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);

// Points in extended coordinates (X, Y, Z, T) on -x² + y² = 1 + d x² y².
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(point, scalar) {
  let result = [0n, 1n, 1n, 0n];
  for (; scalar; scalar >>= 1n, point = add(point, point)) {
    if (scalar & 1n) result = add(result, point);
  }
  return result;
}

function decoded(bytes) {
  const number = little(bytes);
  const sign = number >> 255n;
  const y = number & ((1n << 255n) - 1n);
  if (y >= P) return null;
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n));
  if (mod(v * x * x) === mod(-u)) x = mod(x * power(2n, (P - 1n) / 4n));
  if (mod(v * x * x) !== u || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

const BASE = decoded(Uint8Array.from([0x58, ...Array(31).fill(0x66)]));

export async function ed25519ByHand(publicKey, signature, message) {
  const a = decoded(publicKey);
  const r = decoded(signature.slice(0, 32));
  const s = little(signature.slice(32));
  if (!a || !r || s >= L) return false;
  const material = concat(signature.slice(0, 32), publicKey, message);
  const k = mod(little(new Uint8Array(await crypto.subtle.digest("SHA-512", material))), L);
  const [x1, y1, z1] = times(BASE, s);
  const [x2, y2, z2] = add(r, times(a, k));
  return mod(x1 * z2 - x2 * z1) === 0n && mod(y1 * z2 - y2 * z1) === 0n;
}

// -- signed notes, checkpoints, proofs --------------------------------------------------------------

// A verifier key: <name>+<key id>+<base64 of algorithm and key>.
export function verifierKey(text) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const bytes = encoded ? base64(encoded) : new Uint8Array();
  if (bytes.length !== 33) throw new Malformed("verifier key");
  return { text, name, id, algorithm: bytes[0], key: bytes.slice(1) };
}

export function parseNote(raw) {
  const cut = raw.lastIndexOf("\n\n");
  if (cut < 0 || !raw.endsWith("\n") || raw.length > 1_000_000) throw new Malformed("note");
  const signatures = raw.slice(cut + 2, -1).split("\n").slice(0, 100).map((line) => {
    const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = base64(encoded);
    if (bytes.length < 5) throw new Malformed("note");
    return { name, id: hex(bytes.slice(0, 4)), signature: bytes.slice(4) };
  });
  return { text: raw.slice(0, cut + 1), signatures };
}

// The checkpoint in a note, with who of `keys` and of `witnesses` (verifier keys) signed it, whose
// signature is wrong, and the names of others. Whether that is enough, the caller knows.
export async function openCheckpoint(raw, keys, witnesses) {
  const note = parseNote(raw);
  const [origin, size, root] = note.text.split("\n");
  const found = { signers: [], cosigned: [], forged: [], others: [] };
  for (const { name, id, signature } of note.signatures) {
    const is = (algorithm) => (k) => k.name === name && k.id === id && k.algorithm === algorithm;
    const key = keys.find(is(LOG_KEY));
    const witness = witnesses.find(is(WITNESS_KEY));
    if (key && origin === key.name) {
      if (await ed25519(key.key, signature, utf8(note.text))) found.signers.push(key);
    } else if (witness && signature.length === 72) {
      const time = signature.slice(0, 8).reduce((number, byte) => number * 256 + byte, 0);
      const said = utf8(`cosignature/v1\ntime ${time}\n${note.text}`);
      const right = await ed25519(witness.key, signature.slice(8), said);
      if (right) found.cosigned.push({ name, at: time * 1000 });
      else found.forged.push(name);
    } else found.others.push(name);
  }
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) throw new Malformed("size");
  const hash = base64(root);
  if (hash.length !== 32) throw new Malformed("root");
  return { origin, size: Number(size), root: hash, ...found };
}

// C2SP tlog-proof: index, inclusion path, signed checkpoint.
export function parseProof(text) {
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, cut).split("\n");
  if (cut < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Malformed("proof");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const [, index] = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "") ?? [];
  const hashes = lines.map(base64);
  if (!Number.isSafeInteger(Number(index ?? NaN)) || hashes.length > 63 || hashes.some((h) => h.length !== 32)) throw new Malformed("proof");
  return { index: Number(index), hashes, checkpoint: text.slice(cut + 2) };
}

// Whether the entry with bytes `leaf` is at `index` in the tree of `size` leaves (RFC 9162, 2.1.3.2).
export async function included(leaf, { index, hashes }, { size, root }) {
  if (index >= size) return false;
  const halve = (n) => Math.floor(n / 2);
  let hash = await sha256(Uint8Array.of(0), leaf);
  let [at, last] = [index, size - 1];
  for (const beside of hashes) {
    if (last === 0) return false;
    if (at % 2 || at === last) {
      hash = await sha256(Uint8Array.of(1), beside, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [halve(at), halve(last)];
    } else {
      hash = await sha256(Uint8Array.of(1), hash, beside);
    }
    [at, last] = [halve(at), halve(last)];
  }
  return last === 0 && same(hash, root);
}
