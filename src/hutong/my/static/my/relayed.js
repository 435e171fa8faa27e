// Bidding at another venue through this one: by the hot door, the receipt shown when it comes (NE-4).
// Without this script the form is sent as any other, and the page says the same.

import { bidder, fenOf, fill, yuan } from "../ui/bidding.js";

const form = document.querySelector("form[data-relay]");
const words = JSON.parse(document.getElementById("bid-words").textContent);
const { relay: bidsAt, token: tokenAt, sign } = form.dataset;
const { csrfmiddlewaretoken: csrf, bid_id: id, amount_fen: amount } = form.elements;
const box = document.getElementById("bid-receipt");
const placeBid = bidder({
  tokenAt, bidsAt, csrf: csrf.value, words, unsure: () => say(words.unsure, "warning"),
});

function say(text, kind) {
  const said = document.createElement("div");
  said.className = `alert alert-${kind}`;
  said.textContent = text;
  box.replaceChildren(said);
}

function tell(receipt) {
  if (receipt === null) return say(words.not_received, "danger");
  const { accepted, sequence, amount_fen, refusal } = receipt;
  if (accepted) return say(fill(words.accepted, { sequence, amount: yuan(amount_fen, sign) }), "success");
  return say(fill(words.refused, { why: words.refusals[refusal.code] ?? refusal.title }), "danger");
}

// What the page would show if it were asked for now: the price, the receipts, and the least next bid
// unless another amount was typed meanwhile.
async function renew() {
  const typed = amount.value;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["lot", "receipts"]) {
    const [shown, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (!shown || !fresh) continue;
    shown.replaceChildren(...fresh.childNodes); // the element stays: it is followed
    shown.hidden = fresh.hidden;
  }
  const next = page.querySelector("form[data-relay]");
  if (next && amount.value === typed) amount.value = next.elements.amount_fen.value;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.dataset.sent) return;
  const fen = fenOf(amount.value);
  if (!fen) return say(words.amount, "danger");
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
  say(words.asking, "info");
  try {
    tell(await placeBid({ bid_id: id.value, amount_fen: fen }));
    id.value = crypto.randomUUID(); // the next press is another bid
    renew().catch(() => {}); // the receipt was shown
  } catch (problem) {
    say(problem.message, "danger");
  } finally {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});
