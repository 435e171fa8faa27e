// The credential attached to a certificate's PDF, taken out in the browser: the one embedded file.

import { Malformed } from "./verify-crypto.js";

const MOST = 4_000_000; // bytes of a credential, unpacked
const FAR = 2_000; // bytes a dictionary is long at most

export function isPdf(bytes) {
  return new TextDecoder("latin1").decode(bytes.slice(0, 1024)).trimStart().startsWith("%PDF-");
}

export async function attachment(bytes) {
  const text = new TextDecoder("latin1").decode(bytes);
  const found = [...text.matchAll(/\/Type\s*\/EmbeddedFile\b/g)];
  if (found.length !== 1) throw new Malformed("attachment");
  const at = found[0].index;
  const head = text.slice(at, at + FAR);
  const opening = /stream\r?\n/.exec(head);
  const start = text.lastIndexOf(" obj", at);
  const dictionary = opening && start >= 0 && at - start < FAR
    ? text.slice(start, at + opening.index) : "";
  const length = /\/Length\s+(\d{1,9})(?!\s+\d+\s+R)/.exec(dictionary);
  if (!length || /\/DecodeParms/.test(dictionary)) throw new Malformed("attachment");
  const from = at + opening.index + opening[0].length;
  const packed = bytes.slice(from, from + Number(length[1]));
  const filter = /\/Filter\s*\[?\s*\/(\w+)/.exec(dictionary)?.[1];
  if (!filter) return packed.slice(0, MOST + 1);
  if (filter !== "FlateDecode") throw new Malformed("attachment");
  return unpacked(packed);
}

// Inflate, and stop where no credential would be that large.
async function unpacked(packed) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      if (size > MOST) throw new Malformed("attachment");
      parts.push(next.value);
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof Malformed ? error : new Malformed("attachment");
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
