// Swagger UI leaves the head of its page outside every landmark; readers who go by landmarks would miss it.
const root = document.getElementById("swagger-ui");
const observer = new MutationObserver(() => {
  const head = root.querySelector(".information-container");
  if (!head) return;
  head.setAttribute("role", "region");
  head.setAttribute("aria-label", root.dataset.label);
  observer.disconnect();
});
observer.observe(root, { childList: true, subtree: true });
