// Twelve months as bars: <div data-season> with a checkbox in a label each. Arrow left and right go from month to month,
// up switches one on and down off; drawing across them with the pressed mouse or a finger sets all that are touched.
// Without this file each is a checkbox as any other.

for (const season of document.querySelectorAll("[data-season]")) {
  const boxes = [...season.querySelectorAll("input")];
  let drawing = null;

  function put(box, on) {
    if (box.checked === on) return;
    box.checked = on;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  season.addEventListener("keydown", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) boxes[(at + step + boxes.length) % boxes.length].focus();
    else if (event.key === "ArrowUp") put(boxes[at], true);
    else if (event.key === "ArrowDown") put(boxes[at], false);
    else return;
    event.preventDefault();
  });

  const under = (event) =>
    document.elementFromPoint(event.clientX, event.clientY)?.closest("label")?.querySelector("input");

  season.addEventListener("pointerdown", (event) => {
    const box = under(event);
    // One press alone is the click that the label itself makes of it.
    drawing = box && boxes.includes(box) ? { first: box, on: !box.checked, far: false } : null;
  });
  season.addEventListener("pointermove", (event) => {
    const box = drawing && under(event);
    if (!box || !boxes.includes(box) || (box === drawing.first && !drawing.far)) return;
    drawing.far = true;
    put(drawing.first, drawing.on);
    put(box, drawing.on);
  });
  addEventListener("pointerup", () => {
    const drawn = drawing?.far;
    drawing = null;
    if (drawn) {
      const still = (event) => event.preventDefault();
      season.addEventListener("click", still, { once: true, capture: true });
      setTimeout(() => season.removeEventListener("click", still, { capture: true }), 0);
    }
  });
}
