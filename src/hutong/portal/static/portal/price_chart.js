// The price as it rose: a step for each accepted bid, drawn from what the room has confirmed.

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [640, 220, 8, 96, 14, 24];

function made(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * Draw into `svg`. `bids` are newest first, as the room keeps them: {amount_fen, arrived_at, paddle}.
 * `lot` is the confirmed state; `write` says an amount, `clock` a time of day.
 */
export function drawPrices(svg, { lot, bids, paddle, write, clock }) {
  const steps = [...bids].reverse().map((bid) => ({
    at: Date.parse(bid.arrived_at), fen: bid.amount_fen, mine: paddle !== null && bid.paddle === paddle,
  }));
  svg.closest("[data-room]").hidden = steps.length === 0;
  if (!steps.length) return;
  const isWhole = lot.bids <= steps.length; // else the first steps are not here any more
  const first = isWhole ? Date.parse(lot.opens_at) : steps[0].at;
  const last = Math.max(steps.at(-1).at, first + 1000);
  const low = isWhole ? lot.opening_fen : steps[0].fen;
  const high = Math.max(steps.at(-1).fen, low + 1);
  const x = (at) => LEFT + ((at - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (fen) => HEIGHT - BOTTOM - ((fen - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);

  let path = `M${x(steps[0].at).toFixed(1)} ${y(steps[0].fen).toFixed(1)}`;
  for (const step of steps.slice(1)) path += `H${x(step.at).toFixed(1)}V${y(step.fen).toFixed(1)}`;
  const drawn = [
    made("line", { class: "chart-base", x1: LEFT, x2: WIDTH - RIGHT, y1: y(low), y2: y(low) }),
  ];
  const free = Date.parse(lot.free_ends_at);
  if (free > first && free < last) {
    drawn.push(made("line", { class: "chart-phase", x1: x(free), x2: x(free), y1: TOP, y2: HEIGHT - BOTTOM }));
  }
  drawn.push(made("path", { class: "chart-line", d: path }));
  for (const step of steps) {
    drawn.push(made("circle", {
      class: step.mine ? "chart-bid is-mine" : "chart-bid", cx: x(step.at), cy: y(step.fen), r: step.mine ? 4.5 : 3,
    }));
  }
  const label = (text, at, height, anchor) =>
    made("text", { class: "chart-text", x: at, y: height, "text-anchor": anchor }, text);
  drawn.push(
    label(write(steps.at(-1).fen), WIDTH - RIGHT + 8, y(high) + 4, "start"),
    label(clock(new Date(first).toISOString()), LEFT, HEIGHT - 6, "start"),
    label(clock(new Date(last).toISOString()), WIDTH - RIGHT, HEIGHT - 6, "end"),
  );
  if (y(low) - y(high) > 20) drawn.push(label(write(low), WIDTH - RIGHT + 8, y(low) + 4, "start"));
  svg.replaceChildren(svg.querySelector("title"), ...drawn);
}
