// The signature of a certificate's PDF (PAdES), checked in the browser:
//
//   /ByteRange covers all but the signature itself → digest of those bytes → signed attributes
//     → signature (ECDSA, P-256) by the certificate they name → issued by the venue's authority
//
// Stricter than the formats: what we write is written in one way, so anything else is a change. Not
// checked here: whose a timestamp is, which needs authorities that a venue's key file does not name.

import { Malformed, base64, concat, hex, same, sha256 } from "./verify-crypto.js";
import { children, ecdsa, explicit, oid, read, time } from "./verify-der.js";

const ID_DATA = "1.2.840.113549.1.7.1";
const SIGNED_DATA = "1.2.840.113549.1.7.2";
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47";
const TIMESTAMP = "1.2.840.113549.1.9.16.2.14";
const SHA256 = "2.16.840.1.101.3.4.2.1";
const ECDSA_SHA256 = "1.2.840.10045.4.3.2";
const KEY_USAGE = "2.5.29.15";
const MOST = 200_000; // letters of a signature in hexadecimal
const NAMES = { "2.5.4.10": "organisation", "2.5.4.3": "common" };

// { signature: "intact" | "changed" | "added" | "none", signer, certificate, signedAt, trusted,
//   timestamp: null | { at, fits } }. Throws nothing: what cannot be read has no valid signature.
export async function checkSignature(bytes, authorities) {
  let place;
  try {
    place = signaturePlace(bytes);
    if (!place.whole) return { signature: "added" };
    const signed = takeApart(place.cms);
    const held = await integrity(bytes, place, signed, authorities.map(certificateOf));
    return { ...held, signedAt: place.at, timestamp: await stamped(signed) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { signature: place ? "changed" : "none" };
  }
}

// -- the PDF ----------------------------------------------------------------------------------------

function signaturePlace(bytes) {
  const text = new TextDecoder("latin1").decode(bytes);
  const ranges = [...text.matchAll(/\/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]/g)];
  if (ranges.length !== 1) throw new Malformed("signature");
  const [from, length, after, rest] = ranges[0].slice(1).map(Number);
  const place = text.slice(length, after);
  if (from !== 0 || after <= length || place.length > MOST || after + rest > bytes.length) throw new Malformed("range");
  if (after + rest < bytes.length) return { whole: false };
  if (!/^<(?:[0-9A-F]{2})+>$/.test(place)) throw new Malformed("place");
  const packed = Uint8Array.from(place.slice(1, -1).match(/../g), (pair) => parseInt(pair, 16));
  const cms = read(packed);
  if (packed.subarray(cms.end).some((byte) => byte !== 0)) throw new Malformed("padding");
  const at = ranges[0].index;
  const opening = text.lastIndexOf(" obj", at);
  const dictionary = text.slice(opening, length) + text.slice(after, text.indexOf("endobj", after));
  return { whole: true, length, after, cms, at: pdfTime(dictionary) };
}

function pdfTime(dictionary) {
  const [, written = ""] = /\/M\s*\(((?:\\.|[^\\)]){1,100})\)/.exec(dictionary) ?? [];
  const text = written.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
  const found = /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-])(\d\d)'?(\d\d)'?)?/.exec(text);
  if (!found) throw new Malformed("time");
  const [, year, month, day, hour, minute, second, sign, hours = 0, minutes = 0] = found;
  const utc = Date.UTC(year, month - 1, day, hour, minute, second);
  return new Date(utc - (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000);
}

// -- the signature (CMS, RFC 5652) ------------------------------------------------------------------

function takeApart(cms) {
  const [type, wrapped] = children(cms, 0x30, 2);
  if (oid(type) !== SIGNED_DATA) throw new Malformed("cms");
  const [version, digests, content, ...rest] = children(explicit(wrapped, 0), 0x30);
  const [certificates, signers, beyond] = rest[0]?.tag === 0xa0 ? rest : [];
  if (!signers || beyond || signers.tag !== 0x31) throw new Malformed("cms");
  const [signer, another] = children(signers, 0x31);
  const [digest] = children(digests, 0x31, 1);
  const [contentType] = children(content, 0x30, 1);
  if (another || !signer || !isNumber(version, 1) || algorithm(digest) !== SHA256
      || oid(contentType) !== ID_DATA) throw new Malformed("cms");
  const [signerVersion, id, signerDigest, attributes, how, signature, unsigned, more] = children(signer, 0x30);
  if (more || signature?.tag !== 0x04 || attributes.tag !== 0xa0 || !isNumber(signerVersion, 1)
      || algorithm(signerDigest) !== SHA256 || algorithm(how) !== ECDSA_SHA256) throw new Malformed("signer");
  return {
    certificates: children(certificates, 0xa0).map(parseCertificate),
    id: children(id, 0x30, 2),
    attributes,
    signature,
    unsigned: unsigned ? children(unsigned, 0xa1) : [],
  };
}

async function integrity(bytes, { length, after, at }, signed, authorities) {
  const attributes = attributesOf(children(signed.attributes, 0xa0));
  const digest = await sha256(bytes.subarray(0, length), bytes.subarray(after));
  const named = attributes[SIGNING_CERTIFICATE] && essHash(attributes[SIGNING_CERTIFICATE]);
  const fingerprints = await Promise.all(signed.certificates.map((one) => sha256(one.bytes)));
  const which = named ? fingerprints.findIndex((one) => same(one, named)) : -1;
  if (which < 0 || !attributes[CONTENT_TYPE] || oid(attributes[CONTENT_TYPE]) !== ID_DATA) {
    throw new Malformed("attributes");
  }
  const certificate = signed.certificates[which];
  const [issuer, serial] = signed.id;
  if (!same(issuer.bytes, certificate.issuer.bytes) || !same(serial.bytes, certificate.serial.bytes)) {
    throw new Malformed("signer");
  }
  // Signed as a SET, carried as [0]: only the tag differs.
  const material = concat(Uint8Array.of(0x31), signed.attributes.bytes.subarray(1));
  const intact = same(attributes[MESSAGE_DIGEST]?.body ?? new Uint8Array(), digest)
    && await ecdsa(certificate.key.bytes, signed.signature.body, material)
    && signed.unsigned.every((one) => oid(children(one, 0x30, 2)[0]) === TIMESTAMP);
  const authority = await issuerOf(certificate, authorities);
  const beside = signed.certificates.filter((one) => !same(one.bytes, certificate.bytes));
  const known = (one) => authorities.some((trusted) => same(trusted.bytes, one.bytes));
  return {
    signature: intact && (!authority || beside.every(known)) ? "intact" : "changed",
    signer: certificate.name,
    certificate: `sha256:${hex(fingerprints[which])}`,
    trusted: Boolean(authority) && signsDocuments(certificate)
      && [certificate, authority].every((one) => one.from <= at && at <= one.until),
  };
}

async function issuerOf(certificate, authorities) {
  for (const authority of authorities) {
    if (same(authority.subject.bytes, certificate.issuer.bytes)
        && await ecdsa(authority.key.bytes, certificate.signature, certificate.signed.bytes)) {
      return authority;
    }
  }
  return null;
}

// What a timestamp inside says, and whether it is about this signature; not whose it is.
async function stamped({ unsigned, signature }) {
  if (!unsigned.length) return null;
  try {
    const [, values] = children(unsigned[0], 0x30, 2);
    const [, wrapped] = children(children(values, 0x31, 1)[0], 0x30, 2);
    const [, , content] = children(explicit(wrapped, 0), 0x30);
    const [, octets] = children(content, 0x30, 2);
    const [, , imprint, , at] = children(read(explicit(octets, 0).body), 0x30);
    const [how, hash] = children(imprint, 0x30, 2);
    const fits = algorithm(how) === SHA256 && same(hash.body, await sha256(signature.body));
    return { at: time(at), fits };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { at: null, fits: false };
  }
}

// Each attribute once, with one value.
function attributesOf(list) {
  const found = {};
  for (const one of list) {
    const [type, values] = children(one, 0x30, 2);
    if (Object.hasOwn(found, oid(type))) throw new Malformed("attributes");
    [found[oid(type)]] = children(values, 0x31, 1);
  }
  return found;
}

// SigningCertificateV2 (RFC 5035) of one certificate by SHA-256, the default.
function essHash(value) {
  const [certificates] = children(value, 0x30);
  const [first] = children(certificates, 0x30);
  const [hash] = children(first, 0x30);
  if (hash.tag === 0x04) return hash.body;
  const [how, given] = children(first, 0x30);
  if (algorithm(how) !== SHA256 || given.tag !== 0x04) throw new Malformed("attributes");
  return given.body;
}

// -- certificates (X.509, RFC 5280) -----------------------------------------------------------------

function certificateOf(pem) {
  const [, body] = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(pem) ?? [];
  if (!body) throw new Malformed("pem");
  return parseCertificate(read(base64(body.replaceAll(/\s/g, ""))));
}

function parseCertificate(whole) {
  const [signed, how, signature] = children(whole, 0x30, 3);
  const parts = children(signed, 0x30);
  const [version, serial, inside, issuer, validity, subject, key, ...rest] = parts;
  if (version.tag !== 0xa0 || algorithm(how) !== ECDSA_SHA256 || algorithm(inside) !== ECDSA_SHA256
      || signature.tag !== 0x03 || signature.body[0] !== 0) throw new Malformed("certificate");
  const [from, until] = children(validity, 0x30, 2).map(time);
  const extensions = rest.find((one) => one.tag === 0xa3);
  return {
    bytes: whole.bytes, signed, serial, issuer, subject, key, from, until,
    signature: signature.body.subarray(1),
    extensions: extensions ? children(explicit(extensions, 3), 0x30).map((one) => children(one, 0x30)) : [],
    name: nameOf(subject),
  };
}

function signsDocuments({ extensions }) {
  const usage = extensions.find(([type]) => oid(type) === KEY_USAGE);
  const bits = usage && read(usage.at(-1).body);
  return Boolean(bits && bits.tag === 0x03 && bits.body[1] & 0xc0); // signature or commitment
}

function nameOf(subject) {
  const found = {};
  for (const set of children(subject, 0x30)) {
    const [type, value] = children(children(set, 0x31, 1)[0], 0x30, 2);
    if (NAMES[oid(type)]) found[NAMES[oid(type)]] = new TextDecoder().decode(value.body);
  }
  return [found.organisation, found.common].filter(Boolean).join(", ") || "-";
}

// An algorithm without parameters, or with NULL.
function algorithm(node) {
  const [type, parameters, more] = children(node, 0x30);
  if (more || (parameters && parameters.tag !== 0x05)) throw new Malformed("algorithm");
  return oid(type);
}

const isNumber = (node, value) => node?.tag === 0x02 && node.body.length === 1 && node.body[0] === value;
