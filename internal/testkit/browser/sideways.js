// Lists why the document is wider than the given width in CSS pixels.
(width) => {
  const found = [];
  for (const e of [document.documentElement, document.body]) {
    if (["hidden", "clip"].includes(getComputedStyle(e).overflowX)) {
      found.push(`<${e.localName}> hides what sticks out (overflow-x)`);
    }
  }
  const wide = document.documentElement.scrollWidth;
  if (wide <= width) return found;
  // What scrolls within its own box does not widen the page.
  const inScroller = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
      if (getComputedStyle(p).overflowX !== "visible") return true;
    }
    return false;
  };
  const guilty = [...document.body.querySelectorAll("*")].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && (box.right > width + 0.5 || box.left < -0.5) && !inScroller(e);
  });
  // The innermost ones are where the fault is.
  const inner = guilty.filter((e) => !guilty.some((other) => other !== e && e.contains(other)));
  const name = (e) => `<${e.localName} class="${e.getAttribute("class") ?? ""}"> "${e.textContent.trim().slice(0, 40)}"`;
  found.push(`is ${wide} px wide: ${inner.slice(0, 5).map(name).join(", ")}`);
  return found;
}
