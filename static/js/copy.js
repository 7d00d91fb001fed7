// Copies a field's value: <button data-copy="#field" data-copied="Copied">. Without it one selects and copies by hand.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.querySelector("span").textContent = button.dataset.copied;
  } catch {
    // Not allowed here: what is selected can still be copied by hand.
  }
});
