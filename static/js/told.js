// Who follows the link of a letter is taken where it leads, and the thing is marked as read: the button of the page is
// pressed for them. Not before somebody looks: browsers and mail programs fetch pages, and prepare them, beforehand.
// The page itself leaves no step behind in the history. Without this file the button is there to be pressed.

const form = document.querySelector("form[data-leads-to]");

function open() {
  if (document.prerendering || document.visibilityState === "hidden") return;
  removeEventListener("visibilitychange", open);
  document.removeEventListener("prerenderingchange", open);
  fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" }).then(
    () => location.replace(form.dataset.leadsTo),
    () => {},
  );
}

if (form) {
  addEventListener("visibilitychange", open);
  document.addEventListener("prerenderingchange", open);
  open();
}
