// What is typed into a long form outlives a reload: <form data-draft="name"> keeps it in this browser until it was sent
// and taken. Files, passwords and the keys of the form are never kept. Without this file the form works as any other.

const HOURS = 48;
const UNKEPT = new Set(["csrfmiddlewaretoken", "form_key", "seen_version"]);

function place(form) {
  return `draft:${document.body.dataset.user || ""}:${form.dataset.draft}`;
}

function fieldsOf(form) {
  const kept = [];
  for (const field of form.elements) {
    if (!field.name || UNKEPT.has(field.name) || ["file", "password", "submit", "button"].includes(field.type)) continue;
    if (["checkbox", "radio"].includes(field.type)) kept.push([field.name, field.value, field.checked]);
    else if (field.type !== "hidden") kept.push([field.name, field.value, null]);
  }
  return kept;
}

function read(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(key));
    return draft && Date.now() - draft.at < HOURS * 3600e3 ? draft : null;
  } catch {
    return null;
  }
}

function put(form, fields) {
  for (const [name, value, checked] of fields) {
    const same = [...form.elements].filter((field) => field.name === name);
    const field = checked === null ? same[0] : same.find((each) => each.value === value);
    if (!field) continue;
    if (checked === null) field.value = value;
    else field.checked = checked;
  }
}

function differs(one, other) {
  return JSON.stringify(one) !== JSON.stringify(other);
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = place(form);
  const asServed = fieldsOf(form);
  const draft = read(key);
  const refused = form.hasAttribute("data-refused");
  const changedMeanwhile = draft && differs(draft.served, asServed);
  // What the server shows again after a refusal is newer than what is kept; a form that was made anew of other facts is not ours to fill.
  if (draft && !refused && !changedMeanwhile && differs(draft.fields, asServed)) {
    put(form, draft.fields);
    const notice = document.querySelector("template[data-draft-notice]")?.content.cloneNode(true);
    if (notice) {
      notice.querySelector("[data-draft-discard]").addEventListener("click", () => {
        localStorage.removeItem(key);
        location.reload();
      });
      form.before(notice);
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), served: asServed, fields: fieldsOf(form) }));
    }, 300);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), served: asServed, fields: fieldsOf(form) }));
    sessionStorage.setItem("draft-sent", JSON.stringify({ key, page: location.pathname }));
  });
}

// A form that was sent and led to another page has been taken, unless that page asks to sign in.
const sent = JSON.parse(sessionStorage.getItem("draft-sent") || "null");
if (sent && sent.page !== location.pathname && document.body.dataset.user) {
  localStorage.removeItem(sent.key);
  sessionStorage.removeItem("draft-sent");
}
