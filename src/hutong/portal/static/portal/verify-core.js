// Whether a certificate is genuine, worked out in the browser from the file and the venue's keys:
//
//   format → issuer → content → credential signature → [PDF: signature → chain → timestamp]
//          → place in the log → signature of the log → witnesses
//          → as last known: revocation, validity, later certificates
//
// The same steps and verdicts as `./hutong verify`, but for whose a timestamp is: only the venue and
// the command know authorities. What a key signed that was declared compromised counts where the log,
// or a witness of the log, shows that it was there (docs/log-and-keys.md). Nothing leaves the browser
// here; `ask` fetches what is public (status lists, the register by number).

import {
  Malformed, base64, canonical, concat, ed25519, hex, included, multibase, multikey, openCheckpoint,
  parseProof, sha256, utf8, verifierKey,
} from "./verify-crypto.js";
import { checkSignature } from "./verify-pades.js";
import { attachment, isPdf } from "./verify-pdf.js";

const MAX_BYTES = 50 * 1024 * 1024;
const MAX_JSON = 4_000_000;
const FORMAT = "hutong-certificate/1";
const LIST_BITS = 131_072;

class Unreadable extends Error {}

// { form, number, content, steps: [{ name, outcome, says, facts }] }; says is a key of the words.
// `witnesses` are verifier keys of venues that may have cosigned the log.
export async function verify(bytes, keys, kinds, ask, witnesses = []) {
  const form = isPdf(bytes) ? "pdf" : "json";
  let parts;
  try {
    parts = takeApart(await jsonOf(bytes, form), kinds);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { form: "", number: "", content: null, steps: [step("format", "failed", error.message)] };
  }
  const { content } = parts;
  const title = kinds[content.kind].title;
  const log = await logged(parts, keys, witnesses);
  const inLog = log.every(({ name, outcome }) => name === "witnesses" || outcome === "ok");
  const steps = [
    step("format", "ok", "format", { title, number: content.number, form: form.toUpperCase() }),
    issuer(parts, keys),
    await committed(parts),
    await credentialStep(parts.credential, keys, inLog),
  ];
  const sound = steps.every((s) => s.outcome === "ok");
  if (form === "pdf") steps.push(...await document(bytes, keys));
  steps.push(...log);
  steps.push(await revocation(parts, keys, ask));
  steps.push(...validity(content, kinds[content.kind]));
  steps.push(...await later(content, ask));
  return { form, number: content.number, content: sound ? content : null, steps };
}

const step = (name, outcome, says, facts = {}) => ({ name, outcome, says, facts });

async function jsonOf(bytes, form) {
  if (bytes.length > MAX_BYTES) throw new Unreadable("too_large");
  if (form === "pdf") {
    try {
      bytes = await attachment(bytes);
    } catch (error) {
      if (error instanceof Malformed) throw new Unreadable("no_attachment");
      throw error;
    }
  }
  if (bytes.length > MAX_JSON) throw new Unreadable("no_json");
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Unreadable("no_json");
  }
}

function takeApart(credential, kinds) {
  const content = credential?.credentialSubject;
  if (content?.format !== FORMAT || !Object.hasOwn(kinds, content.kind)
      || typeof content.number !== "string" || typeof content.venue?.origin !== "string") {
    throw new Unreadable("no_certificate");
  }
  try {
    const evidence = credential.evidence.find((one) => one.type?.[0] === "TransparencyLogInclusion");
    const leaf = base64(evidence.entry);
    const entry = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(leaf));
    if (Array.isArray(entry) || typeof entry !== "object" || !entry) throw new Malformed("entry");
    return { credential, content, leaf, entry, proof: parseProof(evidence.tlogProof) };
  } catch {
    throw new Unreadable("no_proof");
  }
}

function issuer({ credential, content }, keys) {
  const { venue } = keys;
  const named = content.venue.origin;
  const by = typeof credential.issuer === "string" ? credential.issuer : credential.issuer?.id;
  if (named !== venue.origin || by !== `https://${venue.origin}`) {
    return step("issuer", "failed", "other_issuer", { named, trusted: venue.origin });
  }
  const name = `${venue.name_zh} ${venue.name_en}`;
  return step("issuer", "ok", "issuer", { venue: name, origin: venue.origin });
}

async function committed({ content, entry }) {
  const facts = entry.facts ?? {};
  if (entry.kind !== "certificates.Issued" || facts.number !== content.number) {
    return step("content", "failed", "other_entry");
  }
  const found = await digestOf(content);
  const issued = String(facts.content_digest).slice(0, 80);
  return issued === found
    ? step("content", "ok", "content", { found })
    : step("content", "failed", "other_content", { issued, found });
}

async function credentialStep(credential, keys, inLog) {
  const found = await signedBy(credential, keys.credential);
  if (found === "ok") return step("credential", "ok", "credential");
  const stolen = compromised(keys, "credential").map((life) => life.key);
  if (await signedBy(credential, stolen) !== "ok") return step("credential", "failed", found);
  return inLog
    ? step("credential", "ok", "credential_logged")
    : step("credential", "failed", "credential_unlogged");
}

async function digestOf(value) {
  try {
    return `sha256:${hex(await sha256(utf8(canonical(value))))}`;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return "-"; // what nobody could have committed to
  }
}

// Data Integrity, eddsa-jcs-2022: the key is believed only because it is among those given.
async function signedBy(credential, trusted) {
  const { proof, ...document } = credential;
  const { proofValue, ...options } = proof ?? {};
  try {
    const expected = options.type === "DataIntegrityProof" && options.cryptosuite === "eddsa-jcs-2022"
      && options.proofPurpose === "assertionMethod"
      && (!("@context" in options) || canonical(options["@context"]) === canonical(document["@context"] ?? null));
    if (!expected) return "bad_signature";
    const named = String(options.verificationMethod).split("#")[1] ?? "";
    if (!trusted.includes(named)) return "other_key";
    const data = concat(await sha256(utf8(canonical(options))), await sha256(utf8(canonical(document))));
    if (await ed25519(multikey(named), multibase(proofValue), data)) return "ok";
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  return "bad_signature";
}

// The keys of a purpose that were declared compromised: no list has them, only the history.
const compromised = (keys, purpose) => (keys.history ?? [])
  .filter((life) => life.purpose === purpose && life.compromised_from);

async function document(bytes, keys) {
  const found = await checkSignature(bytes, keys.certificate_authorities);
  if (!found.certificate) {
    return [step("document", "failed", found.signature === "none" ? "unsigned" : found.signature),
      step("chain", "unknown", "no_chain")];
  }
  const { signer, signedAt, timestamp } = found;
  const facts = { signer, signed_at: second(signedAt) };
  const since = compromised(keys, "certificate")
    .find((life) => life.key === found.certificate)?.compromised_from.slice(0, 19);
  return [
    found.signature === "intact"
      ? step("document", "ok", "document", facts)
      : step("document", "failed", found.signature),
    since ? step("chain", "failed", "chain_compromised", { since: `${since}Z` })
      : found.trusted ? step("chain", "ok", "chain") : step("chain", "failed", "no_authority", facts),
    !timestamp ? step("timestamp", "unknown", "no_timestamp")
      : timestamp.fits ? step("timestamp", "unknown", "timestamp", { at: second(timestamp.at) })
        : step("timestamp", "failed", "other_timestamp"),
  ];
}

const second = (moment) => `${moment.toISOString().slice(0, 19)}Z`;

async function logged({ leaf, proof }, keys, witnesses) {
  const stolen = compromised(keys, "log");
  let found = null;
  try {
    const known = [...keys.log, ...stolen.map((life) => life.key)].map(verifierKey);
    found = await openCheckpoint(proof.checkpoint, known, witnesses.map(verifierKey));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  const signed = (key) => found.signers.some((one) => one.text === key);
  const seenBefore = (life) => found.cosigned.some(({ at }) => at < Date.parse(life.compromised_from));
  if (!found || !(keys.log.some(signed) || stolen.some((life) => signed(life.key) && seenBefore(life)))) {
    return [
      step("inclusion", "unknown", "no_checkpoint"),
      step("checkpoint", "failed", "bad_checkpoint"),
    ];
  }
  const { origin, size } = found;
  return [
    await included(leaf, proof, found)
      ? step("inclusion", "ok", "inclusion", { index: proof.index })
      : step("inclusion", "failed", "not_included"),
    step("checkpoint", "ok", "checkpoint", { origin, size }),
    witnessed(found),
  ];
}

function witnessed({ forged, cosigned, others }) {
  const names = (list) => ({ names: [...new Set(list)].sort().join(", ").slice(0, 500) });
  if (forged.length) return step("witnesses", "failed", "bad_witness", names(forged));
  if (cosigned.length) return step("witnesses", "ok", "witnessed", names(cosigned.map(({ name }) => name)));
  return others.length
    ? step("witnesses", "unknown", "witnesses", names(others))
    : step("witnesses", "unknown", "no_witness");
}

// By the venue's signed status lists: asking for one tells nobody which certificate is in question.
async function revocation({ credential }, keys, ask) {
  const named = [credential.credentialStatus ?? []].flat().filter((s) => s?.type === "BitstringStatusListEntry");
  let asOf = "";
  for (const { statusListCredential: at, statusListIndex: place, statusPurpose: purpose } of named) {
    const prefix = `https://${keys.venue.origin}/certificates/status/`;
    const path = String(at).startsWith(prefix) ? `/certificates/status/${String(at).slice(prefix.length)}` : "";
    const list = path && await ask(path);
    if (!list || list.id !== at || await signedBy(list, keys.credential) !== "ok") {
      return step("revocation", "unknown", "revocation_unknown");
    }
    asOf = String(list.validFrom);
    const bits = await listed(list.credentialSubject?.encodedList);
    if (!bits || !(Number(place) < LIST_BITS)) return step("revocation", "unknown", "revocation_unknown");
    if (bits[place >> 3] & (0x80 >> (place & 7))) {
      const says = purpose === "revocation" ? "revoked" : "suspended";
      return step("revocation", "failed", says, { as_of: asOf });
    }
  }
  return asOf
    ? step("revocation", "ok", "not_revoked", { as_of: asOf })
    : step("revocation", "unknown", "revocation_unknown");
}

async function listed(encoded) {
  if (typeof encoded !== "string" || encoded[0] !== "u" || encoded.length > 40_000) return null;
  const plain = encoded.slice(1).replaceAll("-", "+").replaceAll("_", "/");
  try {
    const packed = base64(plain + "=".repeat((4 - (plain.length % 4)) % 4));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const bits = new Uint8Array(await new Response(stream).arrayBuffer());
    return bits.length === LIST_BITS / 8 ? bits : null;
  } catch {
    return null;
  }
}

function validity(content, kind) {
  const until = kind.valid_until && at(content, kind.valid_until);
  if (!until || typeof until !== "string") return [];
  const over = !content.venue.demo && until < new Date().toISOString().slice(0, 10);
  if (over) return [step("validity", "failed", "held", { until })];
  return [step("validity", content.venue.demo ? "unknown" : "ok", "holds", { until })];
}

async function later(content, ask) {
  const row = await ask(`/api/v1/certificates/${encodeURIComponent(content.number)}`);
  return row?.superseded_by ? [step("later", "note", "later", { number: row.superseded_by })] : [];
}

export const at = (content, name) => name.split(".").reduce((value, part) => value?.[part], content);
