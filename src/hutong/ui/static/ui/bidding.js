// Bidding at a hot door, here or through here: a bid is held on to until it is answered (AU-4).
//
//   POST bid ──► receipt | no answer ──GET receipt──► receipt | not received
//
// It keeps its id until there is an answer, so asking again never bids twice.

export function yuan(fen, sign = "¥") {
  const whole = Math.floor(fen / 100);
  const rest = String(fen % 100).padStart(2, "0");
  return `${sign}${whole.toLocaleString("en-US")}.${rest}`;
}

export function fenOf(text) {
  const plain = text.replace(/[,，\s¥￥]/g, "");
  const match = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(plain);
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : null;
}

export const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "…");

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const SPENT = new Set([
  "auctions.token_expired", "auctions.token_invalid", "not_signed_in",
  "trade.token_expired", "trade.token_invalid",
]);

/**
 * Return how to bid: `await place({bid_id, amount_fen})` gives the receipt, null when the bid was not
 * received, and throws what to say when it was refused. `tokenAt` gives tokens, bids go to `bidsAt`;
 * `unsure` is called when an answer did not come and the receipt is asked for.
 */
export function bidder({ tokenAt, bidsAt, csrf, words, unsure }) {
  let token = null;

  const problem = (body) => new Error(words.refusals[body.code] ?? body.title ?? words.failed);

  async function fetchToken() {
    const answer = await fetch(tokenAt, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": crypto.randomUUID(),
        "X-CSRFToken": csrf,
      },
      body: "{}",
    });
    const body = await answer.json();
    if (!answer.ok) throw problem(body);
    return body.token;
  }

  async function askForReceipt(bid) {
    unsure();
    for (let wait = 500; ; wait = Math.min(wait * 2, 5000)) {
      await pause(wait);
      try {
        token ??= await fetchToken();
        const answer = await fetch(`${bidsAt}/${bid.bid_id}`, {
          headers: { Authorization: `Bearer ${token}` },
        });
        const body = await answer.json().catch(() => ({}));
        if (answer.ok) return body;
        if (answer.status === 404) return null;
        // 504: the venue beyond ours is silent; a new token knows if it has moved.
        if (SPENT.has(body.code) || answer.status === 504) token = null;
      } catch { /* still cut off: ask again */ }
    }
  }

  return async function place(bid) {
    for (let tries = 0; ; tries += 1) {
      token ??= await fetchToken();
      let answer;
      try {
        answer = await fetch(bidsAt, {
          method: "POST",
          headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
          body: JSON.stringify(bid),
        });
      } catch {
        return askForReceipt(bid);
      }
      const body = await answer.json().catch(() => ({}));
      if (answer.ok) return body;
      if (SPENT.has(body.code) && tries < 2) { token = null; continue; }
      if (answer.status >= 500) return askForReceipt(bid);
      throw problem(body);
    }
  };
}
