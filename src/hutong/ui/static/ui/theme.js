// Runs before first paint: the reader's choice of light or dark, or the system's when none was made.
(function () {
  const root = document.documentElement;
  root.classList.add("has-js");
  let chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch { /* storage may be shut off */ }
  if (chosen !== "light" && chosen !== "dark") {
    chosen = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  root.dataset.theme = chosen;
  root.dataset.bsTheme = chosen;
})();
