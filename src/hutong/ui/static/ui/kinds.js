// The form of a technology: only the fields its kind has.

const kind = document.querySelector("[name=kind]");

function showFields() {
  for (const place of document.querySelectorAll("[data-kinds]")) {
    const wanted = place.dataset.kinds.split(" ").includes(kind.value);
    // What was typed, and what was found wrong, is never hidden.
    const filled = [...place.querySelectorAll("input, select, textarea")].some((field) => field.value);
    place.hidden = !wanted && !filled && !place.querySelector(".is-invalid");
  }
}
if (kind && kind.type !== "hidden") {
  kind.addEventListener("change", showFields);
  showFields();
}
