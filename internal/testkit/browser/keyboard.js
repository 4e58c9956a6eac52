// What the keyboard can reach: `stop` describes the focused element, `missed` and
// `jumping` what is wrong once the walk is over.
(() => {
  const name = (e) => {
    const label = e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent || e.value || "";
    const mark = e.id ? `#${e.id}` : e.name ? `[name="${e.name}"]` : "";
    return `${e.localName}${mark} "${label.trim().replace(/\s+/g, " ").slice(0, 40)}"`;
  };
  const outlined = (e) => {
    const s = getComputedStyle(e);
    return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none";
  };
  // A choice may draw the focus of its hidden input on its label.
  const marked = (e) => [e, e.nextElementSibling, e.closest("label"), e.labels?.[0]].some((x) => x && outlined(x));
  const candidates =
    "a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex], [contenteditable], audio[controls], video[controls]";

  const must = () => {
    const groups = new Set();
    return [...document.querySelectorAll(candidates)].filter((e) => {
      if (e.disabled || e.tabIndex < 0 || !e.checkVisibility({ visibilityProperty: true })) return false;
      if (e.type !== "radio") return true;
      // Tab enters a group of radio buttons once, at the chosen one.
      const chosen = [...document.getElementsByName(e.name)].find((r) => r.form === e.form && r.checked);
      if (chosen) return e === chosen;
      const key = e.name + "|" + (e.form ? [...document.forms].indexOf(e.form) : "");
      return !groups.has(key) && groups.add(key);
    });
  };

  // Fields in which Tab goes from day to month to year before it leaves; none
  // has more parts than these.
  const parted = ["date", "time", "datetime-local", "month", "week"];
  const mostParts = 8;

  window.khettaraKeyboard = {
    reached: new Map(), // elements, with how many stops were made at each
    last: null,
    // The focused element, or null when the focus has left the document or
    // has come round to an element it was at before. `again` is true at a
    // further part of the field of the last stop.
    stop() {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const times = (this.reached.get(e) ?? 0) + 1;
      const again = times > 1 && e === this.last && parted.includes(e.type) && times <= mostParts;
      if (times > 1 && !again) return null;
      this.reached.set(e, times);
      this.last = e;
      return { name: name(e), visible: marked(e), again };
    },
    // Elements that jump the queue are told of by themselves.
    missed() {
      return must().filter((e) => e.tabIndex === 0 && !this.reached.has(e)).map(name);
    },
    jumping() {
      return [...document.querySelectorAll("[tabindex]")].filter((e) => e.tabIndex > 0).map(name);
    },
  };
})()
