// What scrolls sideways must be reachable by keyboard: a tab stop, but only where there is something to scroll.
(() => {
  const boxes = [...document.querySelectorAll(".math-scroll, .pst-scrollable-table-container")];
  const mark = () => {
    const wide = boxes.map((box) => box.scrollWidth > box.clientWidth + 1); // all reads before the first write
    boxes.forEach((box, i) => {
      if (wide[i] === box.hasAttribute("tabindex")) return;
      const what = box.matches(".math-scroll") ? "Formula" : "Table";
      for (const [name, value] of [["tabindex", 0], ["role", "group"], ["aria-label", `${what}, scrolls sideways`]]) {
        if (wide[i]) box.setAttribute(name, value);
        else box.removeAttribute(name);
      }
    });
  };
  const soon = () => (window.requestIdleCallback ? requestIdleCallback(mark, { timeout: 300 }) : setTimeout(mark));
  document.fonts.ready.then(soon);
  addEventListener("resize", soon);
  addEventListener("toggle", soon, true);
})();
