// The desk: how much waits, beside “Queue”; choosing all lines of a table.
const link = document.querySelector('.frame-sections a[href="/desk"]');

async function count() {
  try {
    const answer = await fetch("/desk/counts", { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const { waiting, late } = await answer.json();
    let mark = link.querySelector(".count");
    if (!waiting) { mark?.remove(); return; }
    if (!mark) { mark = document.createElement("span"); mark.className = "count"; link.append(" ", mark); }
    mark.textContent = waiting;
    mark.classList.toggle("is-late", late > 0);
  } catch { /* the number is a convenience; the queue itself says it too */ }
}

if (link) {
  count();
  setInterval(() => { if (!document.hidden) count(); }, 60_000);
}

for (const all of document.querySelectorAll("[data-choose-all]")) {
  const boxes = () => document.querySelectorAll(`input[type=checkbox][form="${all.dataset.chooseAll}"]:not([data-choose-all])`);
  all.addEventListener("change", () => { for (const box of boxes()) box.checked = all.checked; });
}
