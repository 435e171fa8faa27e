// The form of a technology: only the fields its kind has, and words added to lists by picking.

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

for (const adder of document.querySelectorAll("[data-adds-to]")) {
  const list = document.getElementById(adder.dataset.addsTo);
  const picked = adder.querySelector("input");
  const add = () => {
    const word = picked.value.trim();
    if (!word) return;
    const words = list.value.split(/[;；]/).map((each) => each.trim()).filter(Boolean);
    if (!words.includes(word)) words.push(word);
    list.value = words.join("; ");
    list.dispatchEvent(new Event("input", { bubbles: true }));
    picked.value = "";
    picked.focus();
  };
  adder.querySelector("button").addEventListener("click", add);
  picked.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add();
  });
}
