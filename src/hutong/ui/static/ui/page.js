// What every page does: countdowns, theme switch, menus that close, forms that are sent once.
import { runCountdowns } from "./clock.js";

runCountdowns();

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    root.dataset.bsTheme = next;
    try { localStorage.setItem("theme", next); } catch { /* the choice lasts this page */ }
  });
}

document.addEventListener("click", (event) => {
  for (const popup of document.querySelectorAll("details[data-popup][open]")) {
    if (!popup.contains(event.target)) popup.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const popup of document.querySelectorAll("details[data-popup][open]")) popup.open = false;
});

// A grave act says its consequences once more and asks. Without scripts they stand beside the button.
const ask = document.querySelector("dialog[data-ask]");
let asked = null;
ask?.addEventListener("close", () => {
  const { form, button } = asked ?? {};
  asked = null;
  if (!form || ask.returnValue !== "yes") return;
  form.dataset.agreed = "yes";
  form.requestSubmit(button);
});

// The server acts once for a form's token; this only spares the reader a second press.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && ask && !form.dataset.agreed) {
    event.preventDefault();
    asked = { form, button: event.submitter };
    ask.querySelector("[data-ask=text]").textContent = question;
    if (event.submitter) ask.querySelector("[data-ask=yes]").textContent = event.submitter.textContent;
    ask.returnValue = "no";
    ask.showModal();
    return;
  }
  delete form.dataset.agreed;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// A place to drop a file on; the ordinary file input does the work.
for (const place of document.querySelectorAll("[data-drop]")) {
  const input = place.querySelector("input[type=file]");
  place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("is-over"); });
  place.addEventListener("dragleave", () => place.classList.remove("is-over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("is-over");
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      place.closest("form").requestSubmit();
    }
  });
}

// What scrolls by itself can be scrolled with the keyboard, too.
for (const box of document.querySelectorAll(".table-box, .contract, .room-history")) {
  if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
}
