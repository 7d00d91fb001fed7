// Suggestions while one types: <input data-typeahead-url> becomes a combobox (ARIA pattern, list with keyboard).
// The field stays an ordinary text field: its text is what the form sends, and the server understands it without this file.
// The address answers {results: [{text, hint?, icon?, kind?, …}]}; a choice is told as the event "typeahead:choose" with the
// item as detail, and written into other fields by data-fill="country:#id_country, latitude:#id_latitude".

// The answer may hold a `note`, and an item a `warning`, which stand below the field: while one chooses, and after.
// With data-typeahead-else="#id_resource" the arrow key in an empty field asks with the text of that other one.

const WAIT_MS = 130;
let made = 0;

class Combobox {
  constructor(input) {
    this.input = input;
    this.id = `combo-${++made}`;
    this.other = input.dataset.typeaheadElse && document.querySelector(input.dataset.typeaheadElse);
    this.items = [];
    this.active = -1;
    this.box = document.createElement("div");
    this.box.className = "combo";
    input.replaceWith(this.box);
    this.list = document.createElement("ul");
    this.list.id = this.id;
    this.list.className = "combo-list";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", document.querySelector(`label[for="${input.id}"]`)?.textContent.trim() ?? "");
    this.note = document.createElement("div");
    this.note.className = "form-hint";
    this.note.setAttribute("role", "status");
    this.box.append(input, this.list, this.note);
    input.removeAttribute("list"); // the browser's own suggestions, for readers without scripts
    input.autocomplete = "off";
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.id);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), WAIT_MS);
    });
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the field
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[data-index]");
      if (option) this.choose(Number(option.dataset.index));
    });
  }

  async ask(otherwise = "") {
    const text = this.input.value.trim() || otherwise.trim();
    this.request?.abort();
    if (!text) return this.close();
    this.request = new AbortController();
    try {
      const url = new URL(this.input.dataset.typeaheadUrl, location.href);
      url.searchParams.set("q", text);
      const response = await fetch(url, { signal: this.request.signal, headers: { Accept: "application/json" } });
      const answer = response.ok ? await response.json() : { results: [] };
      this.note.textContent = answer.note ?? "";
      this.show(answer.results);
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // offline: the field still takes any text
    }
  }

  show(items) {
    this.items = items;
    this.active = -1;
    if (!items.length) return this.close();
    this.list.replaceChildren(...items.map((item, index) => this.row(item, index)));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.move(0);
  }

  row(item, index) {
    const row = document.createElement("li");
    row.id = `${this.id}-${index}`;
    row.dataset.index = index;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    if (item.icon) row.append(this.icon(item));
    const text = document.createElement("span");
    text.textContent = item.text;
    if (item.hint) {
      const hint = document.createElement("span");
      hint.className = "hint";
      hint.textContent = item.hint;
      text.append(hint);
    }
    row.append(text);
    return row;
  }

  icon(item) {
    const space = "http://www.w3.org/2000/svg";
    const icon = document.createElementNS(space, "svg");
    const use = document.createElementNS(space, "use");
    icon.setAttribute("class", `icon kind-${item.kind}`);
    icon.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${this.input.dataset.icons}#${item.icon}`);
    icon.append(use);
    return icon;
  }

  move(to) {
    this.list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    this.active = to;
    const row = document.getElementById(`${this.id}-${to}`);
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", row.id);
  }

  onKey(event) {
    const open = !this.list.hidden;
    const last = this.items.length - 1;
    if (event.key === "ArrowDown") {
      event.preventDefault();
      if (open) this.move(this.active === last ? 0 : this.active + 1);
      else this.ask(this.other?.value);
    } else if (event.key === "ArrowUp" && open) {
      event.preventDefault();
      this.move(this.active <= 0 ? last : this.active - 1);
    } else if ((event.key === "Enter" || event.key === "Tab") && open) {
      if (event.key === "Enter") event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    }
  }

  choose(index) {
    const item = this.items[index];
    this.input.value = item.text;
    this.note.textContent = item.warning ?? "";
    this.close();
    for (const pair of (this.input.dataset.fill || "").split(",").filter(Boolean)) {
      const [key, field] = pair.split(":").map((word) => word.trim());
      const target = document.querySelector(field);
      if (target && item[key] !== undefined) target.value = item[key];
    }
    this.input.dispatchEvent(new CustomEvent("typeahead:choose", { bubbles: true, detail: item }));
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    // An answer to what was typed before must not open the list again.
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

const start = (root) => {
  for (const input of root.querySelectorAll("input[data-typeahead-url]:not([role=combobox])")) new Combobox(input);
};
start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
