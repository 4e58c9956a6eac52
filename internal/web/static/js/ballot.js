// The basket works without this file: it only adds up while people choose, says
// when the rest is too small, and fills in the code of a scanned sheet.
const form = document.querySelector(".ballot-form");
if (form) {
  const budget = Number(form.dataset.budget);
  const boxes = [...form.querySelectorAll("input[data-cost]")];
  const sum = form.querySelector("[data-sum]");
  const figure = (name) => form.querySelector(`[data-figure="${name}"]`);
  const millions = (centimes) => (centimes / 1e8).toFixed(1).replace(".", form.dataset.decimal);
  const show = () => {
    const chosen = boxes.filter((b) => b.checked).reduce((n, b) => n + Number(b.dataset.cost), 0);
    for (const b of boxes) {
      const word = b.closest(".pick").querySelector("[data-word]");
      const dear = !b.checked && Number(b.dataset.cost) > budget - chosen;
      word.textContent = b.checked ? form.dataset.in : dear ? form.dataset.left : form.dataset.add;
      b.closest(".pick").classList.toggle("is-dear", dear);
    }
    figure("chosen").textContent = millions(chosen);
    figure("left").textContent = millions(budget - chosen);
    sum.hidden = false;
  };
  form.addEventListener("change", show);
  show();
}
// A printed sheet's image carries the code behind the #, which no server receives.
const key = "khettara-code";
if (location.hash.length > 1) {
  sessionStorage.setItem(key, decodeURIComponent(location.hash.slice(1)));
  history.replaceState(null, "", location.pathname);
}
const code = document.querySelector('input[name="code"]');
if (code && !code.value && sessionStorage.getItem(key)) code.value = sessionStorage.getItem(key);
if (document.querySelector(".ticket")) sessionStorage.removeItem(key);
