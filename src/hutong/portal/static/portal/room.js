// The auction room: follows the live stream, shows only what it has confirmed, places bids.
//
//   page (confirmed state) ──► EventSource /live/lots/<id> ──► show
//   bid ──POST──► receipt | no answer ──GET receipt──► receipt | not received
//
// A bid keeps its id until there is an answer, so asking again never bids twice (AU-4).

import { bidder, fenOf, fill, yuan } from "../ui/bidding.js";
import { setVenueNow, venueNow, writeLeft } from "../ui/clock.js";
import { drawPrices } from "./price_chart.js";

const room = document.querySelector("[data-lot]");
const lot = room.dataset.lot;
const paddle = Number(room.dataset.paddle) || null;
const part = (name) => document.querySelector(`[data-room="${name}"]`);
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const words = read("room-words");
const labels = part("labels").dataset;
const OVER = new Set(["sold", "unsold"]);
const HISTORY = 200;
let state = read("room-state");

// -- writing ---------------------------------------------------------------------------------------

const timeOfDay = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", second: "2-digit",
});
const clockTime = (text) => timeOfDay.format(new Date(text));

// -- showing ---------------------------------------------------------------------------------------

function show(next) {
  if (next.revision < state.revision) return; // an older state can only come from an older server
  state = next;
  setVenueNow(next.server_time);
  part("price").textContent = next.price_fen ? yuan(next.price_fen) : "—";
  part("leader").textContent = next.leader ? labels.paddle.replace("#", next.leader) : "—";
  part("count").textContent = next.bids;
  const word = words.states[next.status];
  const badge = document.createElement("span");
  badge.className = `state state-${word.tone}`;
  badge.textContent = word.label;
  part("state").replaceChildren(badge);
  remember(next.recent ?? []);
  if (OVER.has(next.status)) return over();
  showForm();
  tick();
}

let latest = []; // accepted bids, newest first

function drawChart(recent) {
  const newest = latest[0]?.sequence ?? 0;
  latest = [...recent.filter((bid) => bid.sequence > newest), ...latest].slice(0, HISTORY);
  const write = (fen) => yuan(fen).replace(/\.00$/, "");
  drawPrices(part("chart").querySelector("svg"), { lot: state, bids: latest, paddle, write, clock: clockTime });
}

function remember(recent) {
  drawChart(recent);
  const body = part("history");
  const newest = Number(body.firstElementChild?.dataset.sequence ?? 0);
  const fresh = recent.filter((bid) => bid.sequence > newest);
  for (const bid of fresh.reverse()) {
    const row = document.createElement("tr");
    row.dataset.sequence = bid.sequence;
    if (bid.paddle === paddle) row.className = "is-mine";
    for (const [text, kind] of [
      [bid.sequence, "right num"], [bid.paddle, "right num"],
      [yuan(bid.amount_fen), "right num"], [clockTime(bid.arrived_at), "num"],
    ]) {
      const cell = document.createElement("td");
      cell.className = kind;
      cell.textContent = text;
      row.append(cell);
    }
    body.prepend(row);
  }
  while (body.children.length > HISTORY) body.lastElementChild.remove();
  if (recent.length && body.children.length < Math.min(state.bids, HISTORY)) fetchMissed();
}

let fetching = false;
async function fetchMissed() {
  if (fetching) return;
  fetching = true;
  try {
    const answer = await fetch(`/lots/${lot}/bids`);
    if (answer.ok) {
      part("history").replaceChildren();
      latest = [];
      remember((await answer.json()).recent);
    }
  } catch { /* the next event asks again */ } finally { fetching = false; }
}

function tick() {
  const now = venueNow();
  let end = state.ends_at;
  let label = labels.limited;
  if (state.status === "announced") [end, label] = [state.opens_at, labels.announced];
  else if (state.status === "free") [end, label] = [state.free_ends_at, labels.free];
  else if (state.status === "suspended") {
    part("time-label").textContent = labels.suspended;
    part("time").textContent = "—";
    return;
  } else if (OVER.has(state.status)) return;
  const left = Math.max(0, Date.parse(end) - now);
  part("time-label").textContent = label;
  part("time").textContent = writeLeft(left, labels.days);
  part("time").classList.toggle("price", state.status === "limited");
}

function over() {
  part("time-label").textContent = labels.over;
  part("time").textContent = state.closed_at ? clockTime(state.closed_at) : "—";
  part("time").classList.remove("price");
  stream?.close();
  const form = part("form");
  if (form) for (const control of form.elements) control.disabled = true;
  part("record").hidden = false;
  showStanding();
}

function showStanding() {
  const line = part("standing");
  if (!line || !state.leader) return;
  line.textContent = state.leader === paddle ? words.leading : words.outbid;
}

// -- the stream ------------------------------------------------------------------------------------

let stream = null;
function showLink(kind) {
  const link = part("link");
  link.dataset.link = kind;
  link.textContent = words.link[kind];
}

function follow() {
  if (OVER.has(state.status)) return part("link").remove();
  stream = new EventSource(`/live/lots/${lot}`); // reconnects by itself, with Last-Event-ID
  stream.addEventListener("open", () => showLink("live"));
  stream.addEventListener("lot", (event) => { showLink("live"); show(JSON.parse(event.data)); });
  stream.addEventListener("error", () => {
    showLink("lost");
    if (stream.readyState === EventSource.CLOSED && !OVER.has(state.status)) setTimeout(follow, 2000);
  });
}

// -- bidding ---------------------------------------------------------------------------------------

let waiting = false;

function showForm() {
  const button = part("bid");
  if (!button) return;
  part("least").textContent = yuan(state.least_next_fen);
  const typed = fenOf(document.getElementById("amount").value);
  const open = state.status === "free" || state.status === "limited";
  button.disabled = waiting || !open || typed === null;
  button.textContent = fill(words.bid, { amount: typed === null ? "" : yuan(typed) });
  showStanding();
}

function say(text, kind) {
  const box = document.createElement("div");
  box.className = `alert alert-${kind}`;
  box.textContent = text;
  part("receipt").replaceChildren(box);
}

async function place(event) {
  event.preventDefault();
  const amount = fenOf(document.getElementById("amount").value);
  if (amount === null) return say(words.amount, "danger");
  waiting = true;
  showForm();
  say(words.asking, "info");
  try {
    const receipt = await placeBid({ bid_id: crypto.randomUUID(), amount_fen: amount });
    if (receipt === null) say(words.not_received, "danger");
    else if (receipt.accepted) {
      say(fill(words.accepted, { sequence: receipt.sequence, amount: yuan(receipt.amount_fen) }), "success");
      document.getElementById("amount").value = "";
    } else {
      const why = words.refusals[receipt.refusal.code] ?? receipt.refusal.title;
      say(fill(words.refused, { why }), "danger");
    }
  } catch (problem) {
    say(problem.message, "danger");
  } finally {
    waiting = false;
    showForm();
  }
}

const form = part("form");
const placeBid = form && bidder({
  tokenAt: `/api/v1/lots/${lot}/paddle-token`,
  bidsAt: `/live/lots/${lot}/bids`,
  csrf: form.querySelector("[name=csrfmiddlewaretoken]").value,
  words,
  unsure: () => say(words.unsure, "warning"),
});
if (form) {
  form.addEventListener("submit", place);
  form.addEventListener("input", showForm);
  for (const button of form.querySelectorAll("[data-steps]")) {
    button.addEventListener("click", () => {
      const fen = state.least_next_fen + Number(button.dataset.steps) * state.increment_fen;
      document.getElementById("amount").value = yuan(fen).slice(1);
      showForm();
    });
  }
}
setInterval(tick, 100);
drawChart(state.recent ?? []);
showForm();
tick();
follow();
