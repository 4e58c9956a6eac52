// The pages work without this file; it only shows what needs a script.
for (const el of document.querySelectorAll("[data-print]")) {
  el.hidden = false;
  el.addEventListener("click", () => window.print());
}
