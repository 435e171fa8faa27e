// The browser's verifier run by node: questions as JSON on stdin, answers on stdout.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { verify } = await import(pathToFileURL(process.argv[2]));
const { countersigned, keysOf } = await import(new URL("./verify-countersigned.js", pathToFileURL(process.argv[2])));
const { keys, kinds, cases } = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const { file, keys: other, witnesses = [], lists = {}, told = [], members = [] } of cases) {
  const bytes = new Uint8Array(Buffer.from(file, "base64"));
  const ask = async (path) => lists[path] ?? null;
  const found = await verify(bytes, other ?? keys, kinds, ask, witnesses);
  if (found.content) found.steps.push(...await countersigned(found.content, told, keysOf(members)));
  answers.push(found);
}
process.stdout.write(JSON.stringify(answers));
