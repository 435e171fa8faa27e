// The venue's clock, as the server told it: nothing on a page counts by the reader's own clock.

const root = document.documentElement;
let offset = root.dataset.now ? Date.parse(root.dataset.now) - Date.now() : 0;

/** Milliseconds since 1970 by the venue's clock. */
export function venueNow() {
  return Date.now() + offset;
}

/** Take the venue's time from a message just received (RFC 3339). */
export function setVenueNow(text) {
  const told = Date.parse(text);
  if (!Number.isNaN(told)) offset = told - Date.now();
}

const two = (n) => String(n).padStart(2, "0");

/** Write a length of time: 3:05, 1:02:03; whole days in the page's words ("# d"). */
export function writeLeft(milliseconds, days) {
  const seconds = Math.ceil(milliseconds / 1000);
  const d = Math.floor(seconds / 86400);
  const h = Math.floor((seconds % 86400) / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = seconds % 60;
  const clock = d || h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  return d ? `${days.replace("#", d)} ${clock}` : clock;
}

/** Keep every `.countdown` inside `within` true, twice a second. */
export function runCountdowns(within = document) {
  const tick = () => {
    for (const element of within.querySelectorAll("time.countdown")) {
      const left = Date.parse(element.dataset.ends) - venueNow();
      element.textContent = left > 0 ? writeLeft(left, element.dataset.days) : element.dataset.over;
      element.classList.toggle("is-near", left > 0 && left < 60_000);
    }
  };
  tick();
  return setInterval(tick, 500);
}
