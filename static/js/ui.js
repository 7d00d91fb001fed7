// Small manners of the frame: menus close, notices go, filters fold. Every one of them works without this file, too.

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const close = event.target.closest("[data-close]");
  if (close) close.closest(".notice").remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// The menu also closes when the keyboard leaves it.
document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Beside the results the filters stand open; above them, on a narrow screen, they start folded.
const filters = document.querySelector("details.filters");
if (filters) filters.open = matchMedia("(min-width: 768px)").matches;

// After a refused form the first wrong field has the focus.
document.querySelector("[aria-invalid=true]")?.focus();
