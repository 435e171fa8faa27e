// DER (X.690) as far as signatures and certificates need it, and ECDSA on P-256 by the browser. What is
// not DER, such as a length written longer than it must be, is refused.

import { Malformed } from "./verify-crypto.js";

const DEEPEST_LENGTH = 4; // bytes of a length

// The value at the start of `bytes`: { tag, bytes: with its head, body: without, end }.
export function read(bytes) {
  if (bytes.length < 2 || (bytes[0] & 0x1f) === 0x1f) throw new Malformed("der");
  let length = bytes[1];
  let head = 2;
  if (length & 0x80) {
    const digits = length & 0x7f;
    head += digits;
    if (!digits || digits > DEEPEST_LENGTH || bytes.length < head || !bytes[2]) throw new Malformed("der");
    length = bytes.subarray(2, head).reduce((number, byte) => number * 256 + byte, 0);
    if (length < 0x80) throw new Malformed("der");
  }
  const end = head + length;
  if (end > bytes.length) throw new Malformed("der");
  return { tag: bytes[0], bytes: bytes.subarray(0, end), body: bytes.subarray(head, end), end };
}

// What a value of this tag consists of; `count` when there must be so many.
export function children(node, tag, count) {
  if (node?.tag !== tag) throw new Malformed("der");
  const found = [];
  for (let rest = node.body; rest.length; rest = rest.subarray(found.at(-1).end)) found.push(read(rest));
  if (count !== undefined && found.length !== count) throw new Malformed("der");
  return found;
}

// The one value inside an explicit tag [n].
export const explicit = (node, n) => children(node, 0xa0 + n, 1)[0];

export function oid(node) {
  if (node?.tag !== 0x06 || !node.body.length || node.body.length > 30) throw new Malformed("oid");
  const numbers = [];
  let number = 0;
  for (const byte of node.body) {
    number = number * 128 + (byte & 0x7f);
    if (!(byte & 0x80)) { numbers.push(number); number = 0; }
  }
  const first = Math.min(2, Math.floor(numbers[0] / 40));
  return [first, numbers[0] - first * 40, ...numbers.slice(1)].join(".");
}

// UTCTime or GeneralizedTime, in UTC.
export function time(node) {
  const text = new TextDecoder("latin1").decode(node.body);
  const whole = node.tag === 0x17 ? (text < "5" ? "20" : "19") + text : text;
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(whole) ?? [];
  if (![0x17, 0x18].includes(node.tag) || !parts.length) throw new Malformed("time");
  const [year, month, ...rest] = parts.map(Number);
  return new Date(Date.UTC(year, month - 1, ...rest));
}

// Whether `signature` (DER) over `message` is by the P-256 key `spki` (DER), with SHA-256.
export async function ecdsa(spki, signature, message) {
  const parsed = read(signature);
  if (parsed.end !== signature.length) throw new Malformed("signature");
  const raw = new Uint8Array(64);
  children(parsed, 0x30, 2).forEach((number, place) => {
    const { body } = number;
    const digits = body[0] === 0 ? body.subarray(1) : body;
    const minimal = body.length && (body[0] !== 0 || digits[0] & 0x80) && !(body[0] & 0x80);
    if (number.tag !== 0x02 || !minimal || digits.length > 32) throw new Malformed("signature");
    raw.set(digits, 32 * (place + 1) - digits.length);
  });
  try {
    const how = { name: "ECDSA", namedCurve: "P-256" };
    const key = await crypto.subtle.importKey("spki", spki, how, false, ["verify"]);
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, raw, message);
  } catch {
    return false; // a key of another kind
  }
}
