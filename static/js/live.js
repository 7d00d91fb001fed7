// Regions that poll with htmx: quiet while the page is hidden, replaced only when something changed, told aloud once.

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-live]") && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const region = event.detail.target;
  if (!region.matches("[data-live]")) return;
  const next = event.detail.xhr.getResponseHeader("X-Version");
  if (next && next === region.dataset.version) {
    event.detail.shouldSwap = false;
    return;
  }
  region.dataset.version = next || "";
});

document.addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
  const said = elt.matches("[data-announce]") ? elt : elt.querySelector("[data-announce]");
  if (said) document.getElementById("announcer").textContent = said.dataset.announce;
});
