// A page of the site as a part of one document: what `make pdf` and `make epub` are made of. `goal` says where a link to a
// place of another page leads in that document; links to what is not in it become plain text.
function part(html, name, names, goal, rename) {
  const page = new DOMParser().parseFromString(html, "text/html"), article = page.querySelector("article.bd-article");
  for (const tag of article.querySelectorAll("script, style, noscript, template, .headerlink, .wi-skip-title")) tag.remove();
  for (const solution of article.querySelectorAll("details.solution")) solution.open = true;
  for (const tag of article.querySelectorAll(".wi-far, .wi-laid, [tabindex]")) {
    tag.classList.remove("wi-far", "wi-laid");
    tag.removeAttribute("tabindex");
  }
  for (const link of article.querySelectorAll("a[href]")) {
    const url = new URL(link.getAttribute("href"), `https://book.invalid/${name}.html`);
    if (url.host !== "book.invalid") continue;
    const other = decodeURI(url.pathname).slice(1).replace(/\.html$/, "");
    if (names.includes(other)) link.setAttribute("href", goal(other, decodeURIComponent(url.hash.slice(1))));
    else link.replaceWith(...link.childNodes);
  }
  for (const picture of article.querySelectorAll("img[src]"))
    picture.setAttribute("src", new URL(picture.getAttribute("src"), `https://book.invalid/${name}.html`).pathname.slice(1));
  if (rename)
    for (const tag of article.querySelectorAll("*")) {
      for (const attribute of ["id", "for", "aria-labelledby", "aria-describedby"])
        if (tag.hasAttribute(attribute)) tag.setAttribute(attribute, tag.getAttribute(attribute).replace(/\S+/g, (id) => rename(name, id)));
      for (const { name: attribute, value } of [...tag.attributes]) // parts of a drawing: <use href="#…">, url(#…)
        if (tag.localName !== "a" && (attribute === "href" || value.includes("url(")))
          tag.setAttribute(attribute, value.replace(/^#|(?<=url\(["']?#)/g, (sign) => sign + rename(name, "")));
    }
  return article;
}

// What a drawing uses and does not find, which would be missing on paper.
const lost = () => [...document.querySelectorAll("svg, svg *")].flatMap((tag) => [...tag.attributes])
  .flatMap(({ name, value }) => [...value.matchAll(name === "href" ? /^#(.+)/g : /url\(["']?#([^"')]+)/g)])
  .map((found) => found[1]).filter((id) => !document.getElementById(id));

const titleOf = (article) => article.querySelector("h1").textContent.trim().replace(/\s+/g, " ");

// The whole book in the page that is open, behind its cover; the titles of its parts are returned.
async function bind({ pages, cover, style }) {
  const names = pages.map(([name]) => name), flat = (name) => name.replaceAll("/", "-");
  const rename = (name, id) => `${flat(name)}--${id}`, goal = (name, id) => `#${id ? rename(name, id) : flat(name)}`;
  const articles = pages.map(([name, html]) => {
    const article = part(html, name, names, goal, rename);
    article.id = flat(name);
    return article;
  });
  const container = document.querySelector(".bd-article-container");
  container.innerHTML = cover;
  container.append(...articles);
  const [main, content] = ["main", "div"].map((name) => document.createElement(name)); // book.css looks for these around a page
  main.className = "bd-main";
  content.className = "bd-content";
  content.append(container);
  main.append(content);
  document.body.replaceChildren(main);
  const sheets = [...new Set(pages.flatMap(([name, html]) =>
    [...html.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map((m) => new URL(m[1], `https://book.invalid/${name}.html`).pathname.slice(1))))];
  const loading = sheets.map((href) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    return new Promise((resolve) => { link.onload = link.onerror = resolve; document.head.append(link); });
  });
  document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  document.documentElement.className = "";
  document.documentElement.dataset.theme = "light";
  await Promise.all(loading);
  await document.fonts.ready;
  return articles.map((article) => [article.id, titleOf(article)]);
}

// Paper does not scroll: a formula that is wider than the sheet is set smaller.
function shrink() {
  for (const box of document.querySelectorAll(".math-scroll")) {
    const formula = box.querySelector("math"), ratio = box.clientWidth / formula.getBoundingClientRect().width;
    if (ratio < 1) formula.style.fontSize = `${0.97 * ratio * parseFloat(getComputedStyle(formula).fontSize)}px`;
  }
}

// A picture that is higher than the rest of a sheet would leave that rest empty. It is set smaller, if a little is enough;
// otherwise what follows it in its section comes before it, or it comes before what precedes it, as in any printed book. A column as high as a sheet breaks where
// the sheet does, so that nothing has to be printed to find out.
function settle({ height }) {
  const ALLOWED = 0.12 * height, SMALLEST = 0.7, PASSED = 4, PROSE = "p, ul, ol, .math-block, .wi-proven", moved = [];
  for (const article of document.querySelectorAll("article.bd-article")) {
    const style = article.getAttribute("style") ?? "", { paddingLeft, paddingRight } = getComputedStyle(article);
    const width = article.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    Object.assign(article.style, { columnWidth: `${width}px`, columnGap: "0", columnFill: "auto", height: `${height}px` });
    const place = (tag) => {
      const { left, top } = tag.getClientRects()[0], origin = article.getBoundingClientRect();
      return { sheet: Math.floor((left - origin.left + 1) / width), top: top - origin.top };
    };
    const rest = (figure) => { // what is left empty before it
      const mark = document.createElement("div");
      figure.before(mark);
      const { sheet, top } = place(mark);
      mark.remove();
      return place(figure).sheet > sheet ? height - top : 0;
    };
    const shorter = (figure, free) => {
      const drawing = figure.querySelector(".wi-figure"), { width, height } = drawing?.getBoundingClientRect() ?? {};
      const ratio = drawing && (free - figure.getBoundingClientRect().height - 12) / height + 1;
      if (!(ratio >= SMALLEST && ratio < 1)) return false;
      const before = drawing.getAttribute("style") ?? "";
      drawing.style.maxWidth = `${ratio * width}px`;
      if (!rest(figure)) return true;
      drawing.setAttribute("style", before);
      return false;
    };
    for (const shown of article.querySelectorAll("figure, .wi-explorer")) {
      const figure = shown.closest(".cell_output > *") ?? shown; // a box that could scroll is not broken either
      if (shown.parentElement.closest("figure, .wi-explorer") || !figure.getClientRects().length) continue;
      const free = rest(figure);
      if (free <= ALLOWED) continue;
      if (!shorter(figure, free)) {
        const home = document.createElement("div"), spots = [[free, home]];
        figure.before(home);
        let next = (figure.closest(".cell") ?? figure).nextElementSibling;
        for (let k = 0; k < PASSED && spots.at(-1)[0] > ALLOWED && next?.matches(`${PROSE}, .cell:not(:has(figure, .wi-explorer))`); k++) {
          next.after(figure);
          spots.push([rest(figure), next]);
          next = figure.nextElementSibling;
        }
        const best = spots.reduce((one, other) => (other[0] < one[0] ? other : one));
        best[1].after(figure);
        if (best[0] > ALLOWED && !shorter(figure, best[0])) {
          home.after(figure);
          let last = (figure.closest(".cell") ?? figure).previousElementSibling;
          for (let k = 0; k < PASSED && rest(figure) && last?.matches(PROSE); k++) {
            last.before(figure);
            last = figure.previousElementSibling;
          }
          if (rest(figure)) best[1].after(figure);
        }
        home.remove();
      }
      moved.push([figure.id || figure.querySelector("[id]")?.id, Math.round(free), Math.round(rest(figure))]);
    }
    article.setAttribute("style", style);
  }
  return moved;
}

// The pages as XHTML, with their sections and what they hold that the e-book's list of files has to say.
function chapters({ pages }) {
  const names = pages.map(([name]) => name), file = (name) => `${name.replaceAll("/", "-")}.xhtml`;
  return pages.map(([name, html]) => {
    const article = part(html, name, names, (other, id) => file(other) + (id ? `#${id}` : ""));
    for (const tag of article.querySelectorAll(".wi-controls, form, button, input, select, output")) tag.remove();
    for (const part of article.querySelectorAll(".wi-proof > span:not(.wi-what, :last-child)")) part.append(" ·");
    for (const text of article.querySelectorAll("summary > p")) text.replaceWith(...text.childNodes);
    for (const tag of article.querySelectorAll("mfrac[displaystyle], mtable[scriptlevel]")) {
      // an e-reader follows MathML 3, where this is the business of an element of its own
      const name = tag.localName === "mfrac" ? "displaystyle" : "scriptlevel", style = document.createElementNS(tag.namespaceURI, "mstyle");
      style.setAttribute(name, tag.getAttribute(name));
      tag.removeAttribute(name);
      tag.replaceWith(style);
      style.append(tag);
    }
    const headings = [...article.querySelectorAll("section section > h2")].map((h) => [h.parentElement.id, h.textContent.trim().replace(/\s+/g, " ")]);
    const xhtml = new XMLSerializer().serializeToString(article);
    const pictures = [...article.querySelectorAll("img[src]")].map((picture) => picture.getAttribute("src"));
    return { file: file(name), title: titleOf(article), headings, xhtml, pictures, has: ["math", "svg"].filter((tag) => article.querySelector(tag)) };
  });
}
