// The hall's screen: runs for weeks, shows only what the server has confirmed, comes back by itself.
//
//   EventSource /live/board ──► lots            (watched: a poll that knows more opens it anew)
//   fetch /hall/data, 10 s  ──► everything else (with `since`, so that no deal is missed)
//
// What is kept is bounded: rows on the screen, ids of the last deals, one timer of each kind.

import { setVenueNow, venueNow, writeLeft } from "../ui/clock.js";

const POLL = 10_000;
const PATIENCE = 8_000;
const AGAIN = 3_000;
const LOTS_AT_ONCE = 4;
const LOT_TURN = 12_000;
const PANEL_TURN = 15_000;
const SOLD_SHOWN = 8_000;
const DEALS_SHOWN = 6;
const DEALS_KNOWN = 2_000;
const SECONDS_A_ROW = 3;
const DAY = 86_400_000;
const NIGHT_HOUR = 4;

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const part = (name) => document.querySelector(`[data-hall="${name}"]`);
const words = read("hall-words");
const chinese = document.documentElement.lang.startsWith("zh");
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");
const titled = (thing, stem = "title") =>
  (chinese ? thing[`${stem}_zh`] || thing[`${stem}_en`] : thing[`${stem}_en`] || thing[`${stem}_zh`]);

// -- words and figures -------------------------------------------------------------------------------

const inShanghai = (options) =>
  new Intl.DateTimeFormat(chinese ? "zh-CN" : "en-GB", { timeZone: "Asia/Shanghai", ...options });
const timeOfDay = inShanghai({ hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const dayAndTime = inShanghai({ month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
const fullDay = inShanghai({ year: "numeric", month: "long", day: "numeric", weekday: "long" });
const hourOfDay = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", hour12: false });

function yuan(fen) {
  const cents = fen % 100;
  return `¥${Math.floor(fen / 100).toLocaleString("en-US")}${cents ? `.${String(cents).padStart(2, "0")}` : ""}`;
}

const short = (number) => number.toLocaleString("en-US", { maximumSignificantDigits: 4 });
function briefYuan(fen) {
  const value = fen / 100;
  if (chinese) {
    if (value >= 1e8) return `${short(value / 1e8)} 亿元`;
    if (value >= 1e4) return `${short(value / 1e4)} 万元`;
    return `${short(value)} 元`;
  }
  if (value >= 1e9) return `¥${short(value / 1e9)} bn`;
  if (value >= 1e6) return `¥${short(value / 1e6)} m`;
  return `¥${short(value)}`;
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// -- lots ----------------------------------------------------------------------------------------------

const cards = new Map(); // lot → its card
let lots = [];
let firstShown = 0;

function takeLots(next) {
  lots = next;
  const running = new Set(next.map((lot) => lot.lot));
  for (const [id, card] of cards) {
    if (!running.has(id)) { card.remove(); cards.delete(id); }
  }
  part("lot-count").textContent = next.length || "";
  for (const lot of next) showLot(lot);
  turnLots(0);
}

function showLot(lot) {
  let card = cards.get(lot.lot);
  if (!card) {
    card = part("lot").content.firstElementChild.cloneNode(true);
    cards.set(lot.lot, card);
  }
  const set = (name, text) => { card.querySelector(`[data-lot="${name}"]`).textContent = text; };
  const price = yuan(lot.price_fen || lot.opening_fen);
  if (card.dataset.price && card.dataset.price !== price) {
    card.classList.remove("is-fresh");
    void card.offsetWidth; // begins the animation anew
    card.classList.add("is-fresh");
  }
  card.dataset.price = price;
  card.dataset.status = lot.status;
  set("title", titled(lot));
  set("state", words.states[lot.status]?.label ?? lot.status);
  set("price", price);
  set("price-of", lot.price_fen ? words.highest : words.opening);
  set("leader", lot.leader ? fill(words.paddle, { number: lot.leader }) : words.no_bid);
  set("bids", fill(words.bids, { count: lot.bids }));
}

const ENDS = {
  announced: ["opens_at", "until_open"],
  free: ["free_ends_at", "until_free"],
  limited: ["ends_at", "until_limited"],
};

function tickLots(now) {
  for (const lot of lots) {
    const card = cards.get(lot.lot);
    if (!card?.isConnected) continue;
    const [field, word] = ENDS[lot.status] ?? [null, "suspended"];
    card.querySelector('[data-lot="time-of"]').textContent = words[word];
    card.querySelector('[data-lot="time"]').textContent =
      field ? writeLeft(Math.max(0, Date.parse(lot[field]) - now), words.days) : "";
  }
  if (spot) {
    spot.card.querySelector('[data-lot="time"]').textContent =
      writeLeft(Math.max(0, Date.parse(spot.item.ends_at) - now), words.days);
  }
}

// With no lot running its place belongs to the listings, one after the other.
let spot = null; // the listing shown, its card
let spotted = -1;

function turnSpotlight(by) {
  if (!board.length) return spot = null;
  spotted = (spotted + by + board.length) % board.length;
  const item = board[spotted];
  if (spot?.item === item) return spot;
  const card = part("lot").content.firstElementChild.cloneNode(true);
  const set = (name, text) => { card.querySelector(`[data-lot="${name}"]`).textContent = text; };
  set("title", titled(item));
  set("state", item.number);
  set("price", offered(item));
  set("price-of", from(item));
  card.querySelector('[data-lot="leader"]').parentElement.replaceChildren(
    card.querySelector('[data-lot="price-of"]'));
  set("time-of", words.until_end);
  return spot = { item, card };
}

function turnLots(by) {
  const pages = Math.max(1, Math.ceil(lots.length / LOTS_AT_ONCE));
  firstShown = ((firstShown / LOTS_AT_ONCE + by) % pages) * LOTS_AT_ONCE;
  let shown = lots.slice(firstShown, firstShown + LOTS_AT_ONCE).map((lot) => cards.get(lot.lot));
  if (lots.length) spot = null;
  else if (turnSpotlight(by || (spotted < 0 ? 1 : 0))) shown = [spot.card];
  part("no-lots").hidden = lots.length > 0 || spot !== null;
  part("lots-word").textContent = spot ? words.listed : words.bidding_now;
  const grid = part("lots");
  grid.classList.toggle("is-single", shown.length === 1);
  if (shown.length !== grid.children.length || shown.some((card, i) => grid.children[i] !== card)) {
    grid.replaceChildren(...shown);
  }
  tickLots(venueNow());
}

// -- rows ----------------------------------------------------------------------------------------------

// Whose it is; of another venue's listing also where it is listed (NE-3).
function from(item) {
  return [titled(item, "seller"), titled(item, "venue")].filter(Boolean).join(" · ");
}

function row(title, from, amount, when) {
  const made = element("li");
  made.append(
    element("p", "title", title), element("p", "from", from),
    element("p", "amount num", amount), element("p", "when num", when),
  );
  return made;
}

const offered = (item) =>
  (item.price_fen === null ? words.price_modes.negotiable
    : fill(words.price_modes[item.price_mode] ?? "{price}", { price: briefYuan(item.price_fen) }));

let board = [];
let boardShown = "";
function showBoard(next) {
  const known = JSON.stringify(next);
  if (known === boardShown) return; // the roll goes on undisturbed
  [board, boardShown] = [next, known];
  part("board-count").textContent = board.length || "";
  part("no-board").hidden = board.length > 0;
  const list = part("board");
  const rows = () => board.map((item) =>
    row(titled(item), from(item), offered(item), dayAndTime.format(new Date(item.ends_at))));
  list.classList.remove("is-moving");
  list.replaceChildren(...rows());
  if (list.scrollHeight > list.parentElement.clientHeight) {
    list.append(...rows()); // twice, so that the end runs into the beginning
    for (const copy of [...list.children].slice(board.length)) copy.setAttribute("aria-hidden", "true");
    list.style.setProperty("--roll", `${board.length * SECONDS_A_ROW}s`);
    list.classList.add("is-moving");
  }
}

function showEvents(events) {
  part("no-events").hidden = events.length > 0;
  part("events").replaceChildren(...events.map((event) =>
    row(titled(event), words.events[event.kind] ?? event.kind, dayAndTime.format(new Date(event.at)), "")));
}

// -- deals ---------------------------------------------------------------------------------------------

let shownDeals = [];
const known = new Set(); // ids of deals seen, oldest first; bounded
let heardOf = null; // the time of the latest
const toAnnounce = [];
let announcing = null;

function takeDeals(deals, { announce }) {
  const fresh = deals.filter((deal) => !known.has(deal.id));
  for (const deal of deals) {
    known.add(deal.id);
    if (heardOf === null || deal.at > heardOf) heardOf = deal.at;
  }
  for (const id of known) {
    if (known.size <= DEALS_KNOWN) break;
    known.delete(id);
  }
  if (!fresh.length && shownDeals.length) return;
  shownDeals = [...fresh, ...shownDeals].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, DEALS_SHOWN);
  const isFresh = new Set(announce ? fresh.map((deal) => deal.id) : []);
  part("no-deals").hidden = shownDeals.length > 0;
  part("deals").replaceChildren(...shownDeals.map((deal) => {
    const made = row(titled(deal), titled(deal, "seller"), yuan(deal.price_fen), dayAndTime.format(new Date(deal.at)));
    if (isFresh.has(deal.id)) made.className = "is-new";
    return made;
  }));
  if (!announce || !fresh.length) return;
  toAnnounce.push(...fresh);
  root.dataset.announced = Number(root.dataset.announced ?? 0) + fresh.length;
  if (announcing === null) nextAnnouncement();
}

function nextAnnouncement() {
  const box = part("sold");
  const deal = toAnnounce.shift();
  box.hidden = !deal;
  if (!deal) { announcing = null; return; }
  box.querySelector('[data-sold="title"]').textContent = titled(deal);
  box.querySelector('[data-sold="price"]').textContent = yuan(deal.price_fen);
  box.querySelector('[data-sold="from"]').textContent = titled(deal, "seller");
  const tile = document.querySelector(`[data-province="${deal.province}"]`);
  tile?.classList.add("is-fresh");
  // Many at once are shown faster, so that the screen does not lag behind the market.
  const shown = Math.max(1_500, SOLD_SHOWN / (1 + toAnnounce.length / 4));
  announcing = setTimeout(() => { tile?.classList.remove("is-fresh"); nextAnnouncement(); }, shown);
}

// -- figures and map -----------------------------------------------------------------------------------

function showFigures(figures) {
  for (const figure of figures) {
    const box = document.querySelector(`[data-figure="${figure.name}"]`);
    if (!box) continue;
    box.querySelector(".value").textContent =
      figure.name.endsWith("_fen") ? briefYuan(figure.value) : figure.value.toLocaleString("en-US");
    const most = Math.max(1, ...figure.by_day);
    const step = 100 / Math.max(1, figure.by_day.length - 1);
    const points = figure.by_day.map((n, i) => `${(i * step).toFixed(2)},${(28 - (n / most) * 26).toFixed(2)}`);
    box.querySelector("polyline").setAttribute("points", points.join(" "));
  }
}

function showProvinces(counts) {
  const most = Math.max(1, ...Object.values(counts));
  for (const tile of document.querySelectorAll("[data-province]")) {
    const count = counts[tile.dataset.province] ?? 0;
    const heat = count ? Math.max(1, Math.ceil((4 * Math.log(1 + count)) / Math.log(1 + most))) : 0;
    for (let step = 1; step <= 4; step += 1) tile.classList.toggle(`heat-${step}`, step === heat);
    tile.querySelector(".tile-count").textContent = count || "";
  }
}

// -- the stream and the poll ---------------------------------------------------------------------------

const root = document.documentElement;
let stream = null;
let behind = 0; // polls in a row that knew more than the stream
let lostAt = null;
let startedWith = null;
const startedAt = Date.now();

function follow() {
  stream?.close();
  stream = new EventSource("/live/board"); // reconnects by itself while it can
  const mine = stream;
  mine.addEventListener("board", (event) => {
    const board = JSON.parse(event.data);
    setVenueNow(board.server_time);
    behind = 0;
    takeLots(board.lots);
  });
  mine.addEventListener("error", () => {
    if (mine === stream && mine.readyState === EventSource.CLOSED) {
      stream = null;
      setTimeout(() => { if (stream === null) follow(); }, AGAIN);
    }
  });
}

const newest = (all) => all.map((lot) => `${lot.lot} ${lot.revision}`).sort().join();

function take(data, { announce }) {
  setVenueNow(data.server_time);
  startedWith ??= data.version;
  showFigures(data.figures);
  showProvinces(data.provinces);
  showBoard(data.board);
  showEvents(data.events);
  takeDeals(data.missed ?? data.deals, { announce });
  if (newest(data.lots) === newest(lots)) behind = 0;
  else if ((behind += 1) > 1 || !announce) {
    takeLots(data.lots);
    if (announce) follow();
    behind = 0;
  }
  refreshAtNight(data);
}

function refreshAtNight(data) {
  const old = Date.now() - startedAt > DAY / 2;
  const night = Number(hourOfDay.format(new Date())) === NIGHT_HOUR;
  const changed = data.version !== startedWith;
  if ((changed || (old && night)) && !data.lots.length && announcing === null) location.reload();
}

async function poll() {
  try {
    const query = heardOf ? `?since=${encodeURIComponent(heardOf)}` : "";
    const answer = await fetch(`/hall/data${query}`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(answer.status);
    take(await answer.json(), { announce: true });
    lostAt = null;
    root.dataset.polls = Number(root.dataset.polls ?? 0) + 1;
  } catch {
    lostAt ??= Date.now();
  } finally {
    showLink();
    setTimeout(poll, lostAt ? AGAIN : POLL);
  }
}

function showLink() {
  const link = part("link");
  link.classList.toggle("is-lost", lostAt !== null);
  link.textContent = lostAt === null ? words.link.live
    : fill(words.link.lost, { ago: writeLeft(Date.now() - lostAt, words.days) });
}

// -- time ----------------------------------------------------------------------------------------------

function tick() {
  const now = venueNow();
  part("time").textContent = timeOfDay.format(now);
  const day = fullDay.format(now);
  if (part("date").textContent !== day) part("date").textContent = day;
  tickLots(now);
}

function turnPanels() {
  const panels = [...(part("turns")?.children ?? [])];
  if (!panels.length) return;
  const worth = panels.filter((panel) => !panel.querySelector(".nothing:not([hidden])"));
  const turning = worth.length ? worth : panels;
  const at = turning.findIndex((panel) => panel.classList.contains("is-on"));
  // While a lot is in its last seconds nobody looks away.
  const gripping = lots.some((lot) => lot.status === "limited");
  const next = gripping ? panels[0] : turning[(at + 1) % turning.length];
  for (const panel of panels) panel.classList.toggle("is-on", panel === next);
}

take(read("hall-state"), { announce: false });
follow();
showLink();
tick();
turnPanels();
setTimeout(poll, POLL);
setInterval(tick, 250);
setInterval(() => turnLots(1), LOT_TURN);
setInterval(turnPanels, PANEL_TURN);
