// A certificate countersigned by another venue, that of a buyer who bought through it: its statement
// over the same content, signed with its credential key, and the entry of its own log that commits to
// the statement. The same checks as `./hutong verify --countersignature`.

import {
  Malformed, base64, canonical, ed25519, hex, included, multibase, multikey, openCheckpoint,
  parseProof, sha256, utf8, verifierKey,
} from "./verify-crypto.js";

const FORMAT = "hutong-countersignature/1";
const ENTRY = "network.CertificateCountersigned";
const FIELDS = "at certificate content_digest format issuer key signature venue";

const digestOf = async (value) => `sha256:${hex(await sha256(utf8(canonical(value))))}`;

// A step for each of `told`; `venues` are key files of those that may have countersigned.
export async function countersigned(content, told, venues) {
  const digest = await digestOf(content);
  return Promise.all(told.map((one) => step(one, content.number, digest, venues)));
}

async function step({ statement, entry, tlogProof }, number, digest, venues) {
  const code = String(statement?.venue ?? "—").slice(0, 60);
  const keys = venues.find(({ venue }) => venue.code === code);
  const said = (outcome, says, facts) => ({ name: "countersignature", outcome, says, facts });
  if (!keys) return said("unknown", "countersigned_unknown", { venue: code });
  const venue = `${keys.venue.name_zh} ${keys.venue.name_en}`.trim();
  if (!keys.credential.includes(statement.key)) return said("unknown", "countersigned_other_key", { venue });
  try {
    const proof = parseProof(tlogProof);
    const leaf = base64(entry);
    const right = await says(statement, keys, number, digest)
      && await holds(leaf, proof, keys) && await commits(leaf, statement);
    if (right) return said("ok", "countersigned", { venue, index: proof.index });
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof TypeError || error instanceof SyntaxError)) throw error;
  }
  return said("failed", "countersigned_wrong", { venue });
}

async function says(statement, keys, number, digest) {
  const { signature, ...body } = statement;
  return Object.keys(statement).sort().join(" ") === FIELDS && body.format === FORMAT
    && body.certificate === number && body.content_digest === digest
    && ed25519(multikey(body.key), multibase(signature), utf8(canonical(body)));
}

async function holds(leaf, proof, keys) {
  const found = await openCheckpoint(proof.checkpoint, keys.log.map(verifierKey), []);
  return found.signers.length > 0 && included(leaf, proof, found);
}

async function commits(leaf, statement) {
  const entry = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(leaf));
  return entry.kind === ENTRY && entry.facts.digest === await digestOf(statement);
}

// What the list of members says of their keys, as key files.
export const keysOf = (members) => members.map((one) => ({
  venue: {
    code: one.code, name_zh: one.name_zh, name_en: one.name_en, origin: one.log_origin.replace(/\/log$/, ""),
  },
  log: one.log_keys, witness: one.witness_keys, credential: one.credential_keys,
  message: one.message_keys, certificate_authorities: one.certificate_authorities, history: [],
}));
