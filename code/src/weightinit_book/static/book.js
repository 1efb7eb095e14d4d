// What a page does once it can be read, in small pieces while the browser has nothing better to do: what book.css leaves
// out of the first layout is laid out, and what scrolls sideways gets a tab stop.
(() => {
  const BOXES = ".math-scroll, .pst-scrollable-table-container, pre, .cell_output > .output";
  const PARTS = ".bd-article section > :not(section), .wi-far";
  const BUDGET = 4; // milliseconds; four times as many on a slow phone
  const idle = window.requestIdleCallback ? (f) => requestIdleCallback(f, { timeout: 1000 }) : (f) => setTimeout(f, 30);

  // Reachable by keyboard, but only where there is something to scroll; all reads come before the first write.
  const scrolls = (box) => box.scrollWidth > box.clientWidth + 1 || (box.matches("pre") && box.scrollHeight > box.clientHeight + 1);
  const mark = (boxes) => {
    const wide = boxes.map(scrolls);
    boxes.forEach((box, i) => {
      if (wide[i] === box.hasAttribute("tabindex")) return;
      const what = box.matches(".math-scroll") ? "Formula" : box.matches(".pst-scrollable-table-container") ? "Table" : "";
      const names = what ? { role: "group", "aria-label": `${what}, scrolls sideways` } : {};
      for (const [name, value] of Object.entries({ tabindex: 0, ...names })) {
        if (wide[i]) box.setAttribute(name, value);
        else box.removeAttribute(name);
      }
    });
  };

  // Who asks for the end of a page of which not all is laid out gets to the end as it will be, unless they move on.
  let pinned = false;
  for (const input of ["keydown", "wheel", "pointerdown", "touchstart"])
    addEventListener(input, ({ key, target }) => (pinned = key === "End" && !target.closest("input, select") && !!document.querySelector(".wi-far")), { passive: true });
  const toTheEnd = () => pinned && scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });

  // Who came by a link stays at its goal while what is above it is laid out, until they move on.
  let goal = null;
  const stay = () => goal && goal.scrollIntoView({ behavior: "instant" });
  for (const input of ["keydown", "wheel", "pointerdown", "touchstart"]) addEventListener(input, () => (goal = null), { passive: true });

  let left = [];
  const next = () => {
    const end = performance.now() + BUDGET;
    do {
      const part = left.shift();
      if (!part) {
        stay();
        pinned = false;
        goal = null;
        return;
      }
      part.classList.replace("wi-far", "wi-laid");
      part.getBoundingClientRect(); // now, so that the time it takes counts
      mark([part, ...part.querySelectorAll(BOXES)].filter((box) => box.matches(BOXES)));
    } while (performance.now() < end);
    toTheEnd();
    stay();
    idle(next);
  };
  const all = () => {
    if (!left.length) idle(next);
    left = [...document.querySelectorAll(PARTS)];
  };
  const begin = () => document.fonts.ready.then(all);
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);

  let timer, width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return; // a phone that hides its address bar
    width = innerWidth;
    clearTimeout(timer);
    timer = setTimeout(all, 200);
  });
  addEventListener("toggle", ({ target }) => target.open && idle(() => mark([...target.querySelectorAll(BOXES)])), true);

  // Browsers open the fold around the place that a link leads to; where one does not, this does.
  const reveal = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folds = "details:not([open])";
    if (left.length || document.readyState !== "complete") goal = place;
    let fold = place && place.closest(folds);
    if (!fold) return;
    for (; fold; fold = fold.parentElement.closest(folds)) fold.open = true;
    place.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Who comes back, or whose phone had put the page away, finds the folds open that they left open, and so their place.
  for (const id of history.state?.open ?? []) document.getElementById(id)?.setAttribute("open", "");
  addEventListener("toggle", () => history.replaceState({ open: [...document.querySelectorAll("details[open][id]")].map(({ id }) => id) }, ""), true);

  // The theme scrolls the list of pages to where it was on the page before. It begins at its top if the open page is in
  // sight there, and goes on where it was only if the open page is in sight there. (This runs after the theme's script.)
  addEventListener("DOMContentLoaded", () => {
    const list = document.querySelector(".bd-sidebar-primary"), open = list?.querySelector("li.current > a");
    if (!list) return;
    const place = open ? open.getBoundingClientRect().top - list.getBoundingClientRect().top + list.scrollTop : 0;
    const fits = (top) => place >= top && place + 40 <= top + list.clientHeight;
    if (fits(0)) list.scrollTop = 0;
    else if (!fits(list.scrollTop)) list.scrollTop = place - list.clientHeight / 4;
  });

  // On a phone the menu lies over the page: whoever chose a section of this page wants to see it.
  const menu = document.getElementById("pst-primary-sidebar-modal");
  menu?.addEventListener("click", ({ target }) => target.closest("a[href]") && menu.close());

  // The button that leads back to the top shows while the reader scrolls up. Bootstrap does the same, but its script
  // comes only to pages that have a menu.
  const top = document.getElementById("pst-back-to-top");
  if (top && !document.querySelector('script[src*="bootstrap"]')) {
    let old = scrollY;
    top.addEventListener("click", () => scrollTo(0, 0));
    addEventListener("scroll", () => {
      const display = old > scrollY && scrollY > 0 ? "block" : "none";
      if (top.style.display !== display) top.style.display = display;
      old = scrollY;
    }, { passive: true });
  }
})();
