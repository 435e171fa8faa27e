// The page /verify where scripts run: checks the chosen file here, shows each step, scans a QR. Words
// and the names of fields come from the page; without this script the form sends the file instead.

import { at, verify } from "./verify-core.js";
import { countersigned, keysOf } from "./verify-countersigned.js";

const form = document.getElementById("verify");
const report = document.getElementById("report");
const data = (id) => JSON.parse(document.getElementById(id).textContent);
const words = data("verify-words");
const kinds = data("verify-fields");
const known = data("verify-witnesses"); // whom this venue's officers accepted as witnesses
const networked = data("verify-network"); // whether this venue is in a network
const BESIDE = new Set(["timestamp", "witnesses", "revocation", "validity", "countersignature"]);
const MARKS = { ok: "is-ok", failed: "is-not" };

const filled = (text, facts) => text.replaceAll(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");

function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

// What is public of this venue. Of another venue's certificates nothing is asked here.
async function fetched(path) {
  try {
    const answer = await fetch(path, { credentials: "omit", headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function verdict({ steps }) {
  if (steps[0].outcome === "failed") return ["unreadable", "danger"];
  const sound = steps.every((s) => s.outcome === "ok" || s.outcome === "note"
    || (s.outcome === "unknown" && BESIDE.has(s.name)));
  return sound ? ["verified", "success"] : ["failed", "danger"];
}

function show(found) {
  const [says, tone] = verdict(found);
  const alert = element("div", { class: `alert alert-${tone}`, role: "alert" },
    element("strong", { text: words.verdicts[says] }));
  const list = element("ul", { class: "checks" }, ...found.steps.map((s) => element("li",
    { class: MARKS[s.outcome] ?? "" },
    element("strong", { text: words.titles[s.name] }), " ",
    element("span", { class: "visually-hidden", text: words.outcomes[s.outcome] }), element("br"),
    filled(words.says[s.says], s.facts))));
  const body = element("div", { class: "card-body" }, list);
  if (found.content) body.append(contentOf(found.content));
  report.replaceChildren(alert, element("section", { class: "card mb-4" }, body));
  // Whose a timestamp is only the venue can say here.
  form.querySelector("[data-send]").hidden = !found.steps.some((s) => s.says === "timestamp" || s.says === "chain_compromised");
  report.scrollIntoView({ block: "start", behavior: "smooth" });
}

// The record itself, so that a reader can hold the page against it.
function contentOf(content) {
  const kind = kinds[content.kind];
  const facts = element("dl", { class: "facts mt-3 mb-0" });
  for (const field of kind.fields) {
    const value = at(content, field.name);
    const text = value === undefined || value === null ? "" : written(value, field, content);
    if (text) facts.append(element("dt", { text: field.label }), element("dd", { text }));
  }
  return facts;
}

const named = (thing) => [thing.name_zh ?? thing.title_zh, thing.name_en ?? thing.title_en].filter(Boolean).join(" ");

function written(value, field, content) {
  switch (field.type) {
    case "money": {
      const currency = at(content, field.name.replace(/[^.]+$/, "currency")) ?? "CNY";
      const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
      const amount = value / 10 ** digits.maximumFractionDigits;
      return new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency }).format(amount);
    }
    case "choice": return field.choices[value] ?? String(value);
    case "party": case "technology": return named(value);
    case "technologies": return value.map(named).join("; ");
    case "texts": return value.join("; ");
    case "holders": return value.map((h) => `${named(h.party)} ${h.ownership}`).join("; ");
    default: return String(value);
  }
}

async function trusted() {
  const [given] = document.getElementById("keys").files;
  const others = await Promise.all(Array.from(document.getElementById("witnesses").files, readKeys));
  const witnesses = [...known, ...others.flatMap((keys) => keys.witness ?? [])];
  if (given) return [await readKeys(given), async () => null, witnesses];
  return [await fetched("/log/keys.json"), fetched, witnesses];
}

const readKeys = async (file) => JSON.parse(await file.text());

async function check(file) {
  report.replaceChildren(element("p", { text: words.verdicts.working, role: "status" }));
  try {
    const [keys, ask, witnesses] = await trusted();
    const bytes = new Uint8Array(await file.arrayBuffer());
    const found = await verify(bytes, keys, kinds, ask, witnesses);
    show(networked && ask === fetched ? await withNetwork(found, bytes, witnesses) : found);
  } catch {
    show({ form: "", content: null, steps: [{ name: "format", outcome: "failed", says: "no_keys", facts: {} }] });
  }
}

// A certificate of another member is checked with its keys in the list; and who countersigned it.
async function withNetwork(found, bytes, witnesses) {
  const { members = [] } = await fetched("/network/members") ?? {};
  const venues = keysOf(members);
  const named = found.steps.find((s) => s.says === "other_issuer")?.facts.named;
  const issuer = named && venues.find(({ venue }) => venue.origin === named);
  if (issuer) found = await verify(bytes, issuer, kinds, async () => null, witnesses);
  if (!found.content || !venues.length) return found;
  const told = await fetched(`/api/v1/network/countersignatures/${encodeURIComponent(found.number)}`);
  const steps = await countersigned(found.content, (told ?? []).map((one) => one.file), venues);
  return { ...found, steps: [...found.steps, ...steps] };
}

if (form && globalThis.crypto?.subtle && globalThis.DecompressionStream) {
  for (const shown of form.querySelectorAll("[data-local]")) shown.hidden = false;
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("data-send")) return;
    const file = form.querySelector("input[name=file]").files[0];
    if (!file) return;
    event.preventDefault();
    check(file);
  });
}

// -- the QR on paper --------------------------------------------------------------------------------

const scan = document.getElementById("scan");
if (scan && globalThis.BarcodeDetector && navigator.mediaDevices?.getUserMedia) {
  document.querySelector("[data-scan]").hidden = false;
  scan.addEventListener("click", look);
}

async function look() {
  const video = document.getElementById("camera");
  const says = document.getElementById("camera-says");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    says.textContent = says.dataset.refused;
    return;
  }
  scan.disabled = true;
  video.hidden = false;
  video.srcObject = stream;
  says.textContent = says.dataset.looking;
  await video.play();
  const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
  const timer = setInterval(async () => {
    const [code] = await detector.detect(video).catch(() => []);
    if (!code) return;
    const address = URL.canParse(code.rawValue) ? new URL(code.rawValue) : null;
    if (address?.pathname === "/verify" && address.searchParams.has("number")) {
      clearInterval(timer);
      stream.getTracks().forEach((track) => track.stop());
      // The same page of this site: a QR leads nowhere else.
      location.assign(`/verify?${new URLSearchParams({
        number: address.searchParams.get("number"), code: address.searchParams.get("code") ?? "",
      })}`);
    } else {
      says.textContent = `${says.dataset.foreign} ${code.rawValue.slice(0, 200)}`;
    }
  }, 250);
}
