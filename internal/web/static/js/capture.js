// Ctrl+Enter adds the line, Alt+1…5 picks the college. The screen works without.
const form = document.querySelector("form.form");
const raw = document.querySelector('textarea[name="raw"]');
raw?.focus();
form?.addEventListener("keydown", (e) => {
  if (e.ctrlKey && e.key === "Enter") form.requestSubmit();
  const n = Number(e.code.replace("Digit", ""));
  if (e.altKey && n >= 1) form.querySelectorAll('input[name="college"]')[n - 1]?.click();
});
