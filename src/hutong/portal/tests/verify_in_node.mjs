// The browser's verifier run by node: questions as JSON on stdin, answers on stdout.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { verify } = await import(pathToFileURL(process.argv[2]));
const { keys, kinds, cases } = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const { file, keys: other, witnesses = [], lists = {} } of cases) {
  const bytes = new Uint8Array(Buffer.from(file, "base64"));
  const ask = async (path) => lists[path] ?? null;
  answers.push(await verify(bytes, other ?? keys, kinds, ask, witnesses));
}
process.stdout.write(JSON.stringify(answers));
