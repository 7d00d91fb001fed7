// The review by keys, with the match at hand beside the queue. Without this file each row has its buttons and its link.
// J K walk, E approves, D dismisses, X ticks, U takes the last word back.

const queue = document.querySelector("[data-review]");
const several = document.querySelector("#several");
const SETTLED_MS = 60;
const wide = matchMedia("(min-width: 1200px)");
let shown = "";
let settled = "";
let last = "";

const rows = () => [...queue.querySelectorAll(".review-row")];
const current = () => queue.querySelector(".review-row[aria-current]");

/** Marks a row as the one at hand, and shows it beside the queue where there is room. */
function select(row, scroll = true) {
  if (!row) return;
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  if (scroll) row.scrollIntoView({ block: "nearest" });
  if (!wide.matches || shown === row.id) return;
  shown = row.id;
  settled = "";
  window.htmx.ajax("GET", row.dataset.detail, { target: "#review-detail", swap: "innerHTML" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  select(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

/** The element of the match at hand: beside the queue where it is shown there, else in its row. */
function atHand(selector) {
  const row = current();
  if (!row) return null;
  const beside = wide.matches && settled === row.id ? document.querySelector(`#review-detail ${selector}`) : null;
  return beside || row.querySelector(selector);
}

function countTicked() {
  const ticked = queue.querySelectorAll("input[name=match]:checked").length;
  const words = several?.querySelector("[data-ticked]");
  if (words) words.textContent = ticked || "";
}

/** After a word on a match the next one that waits is at hand. */
function goOn(fresh) {
  last = fresh.id;
  shown = "";
  countTicked();
  const all = rows();
  const next = all.slice(all.indexOf(fresh) + 1).find((each) => each.classList.contains("is-waiting"));
  const waits = fresh.classList.contains("is-waiting");
  select(wide.matches && next && !waits ? next : fresh);
  if (wide.matches) current().querySelector("h3 a").focus({ preventScroll: true });
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  e: () => atHand("[data-approve]")?.click(),
  d: () => {
    const menu = atHand("[data-dismiss]")?.closest("details");
    if (!menu) return;
    menu.open = true;
    menu.querySelector("select").focus();
  },
  x: () => {
    const box = current()?.querySelector("input[name=match]");
    if (!box) return;
    box.checked = !box.checked;
    countTicked();
  },
  u: () => document.querySelector(`#${last || "none"} [data-take-back]`)?.click(),
};

if (queue) {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    const act = KEYS[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
  queue.addEventListener("click", (event) => {
    const row = event.target.closest(".review-row");
    if (row && !event.target.closest("a, button, summary, label, select, textarea")) select(row, false);
  });
  queue.addEventListener("focusin", (event) => {
    const row = event.target.closest(".review-row");
    if (row && row !== current()) select(row, false);
  });
  queue.addEventListener("change", countTicked);
  // A row that comes anew takes the keyboard, as it should where the buttons stand in it; beside the queue it goes on.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (wide.matches) event.detail.serverResponse = event.detail.serverResponse.replaceAll(" autofocus", "");
  });
  // Until then its forms would leave the page.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "review-detail") settled = shown;
  });
  new MutationObserver((changes) => {
    const fresh = changes
      .flatMap((change) => [...change.addedNodes])
      .find((node) => node.nodeType === Node.ELEMENT_NODE && node.matches(".review-row"));
    if (!fresh) return;
    // For a moment htmx lends the new row the old one's attributes, its class among them.
    setTimeout(() => goOn(fresh), SETTLED_MS);
  }).observe(queue.querySelector(".review-list"), { childList: true });
  if (wide.matches) select(rows()[0], false);
}
