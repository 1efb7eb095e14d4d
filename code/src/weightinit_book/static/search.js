// The search page: the sections that have all the words, the best first. Every section's text comes with search-data.js
// (made by extensions/search.py) as soon as there is something to look for: a script, so that it works from disk as well.
(() => {
  const field = document.querySelector(".bd-search-container input"), list = document.getElementById("search-results");
  const summary = document.getElementById("search-summary"), MOST = 40, AROUND = 90;
  const GREEK = { alpha: "α", beta: "β", gamma: "γ", delta: "δ", eta: "η", mu: "μ", xi: "ξ", sigma: "σ", phi: "φ", chi: "χ" };

  // an accent or a capital is no other letter; every character keeps its place, so that a place found here is one in the text
  const fold = (text) => text.replace(/[À-ɏ]/g, (letter) => letter.normalize("NFD")[0]).replace(/’/g, "'").toLowerCase();
  const here = document.currentScript.src;
  let places, average, asked;
  const fetchPlaces = () => {
    if (asked) return;
    asked = document.createElement("script");
    asked.src = new URL("search-data.js", here);
    asked.onload = () => {
      places = window.bookPlaces.map(([url, titles, text, formulas, numbers]) => {
        const title = titles[titles.length - 1];
        return { url, titles, text, numbers, title: fold(title), above: fold(titles.slice(0, -1).join(" ")), folded: fold(`${text} ${formulas}`) };
      });
      average = places.reduce((sum, place) => sum + place.folded.length, 0) / places.length;
      show();
    };
    asked.onerror = () => {
      asked.remove();
      asked = null; // the next letter tries again
      summary.textContent = "The text of the book did not arrive. Is there a connection?";
    };
    document.head.append(asked);
  };

  // What a word of the query stands for: other endings, the other spelling (initialisation, behaviour), fan_in for fan-in.
  const pattern = (word) => {
    let stem = word;
    if (/^[a-z]{5,}$/.test(word)) {
      const ending = ["ations", "ation", "ings", "ing", "ers", "er", "ed", "es", "s", "e", "y"].find(
        (end) => word.endsWith(end) && word.length - end.length >= 4,
      );
      stem = word.slice(0, word.length - (ending || "").length);
    }
    const source = stem.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/[-_]/g, "[-_ ]?").replace(/([iy])[sz]/g, "$1[sz]").replace(/ou?r\b/g, "ou?r");
    const whole = /^[a-z]{1,2}$/.test(word) ? "(?![\\p{L}\\p{N}])" : "";
    return GREEK[word] ? `(?:${source}|${GREEK[word]})` : source + whole;
  };
  // the first group is what stands before: words are found at their beginning
  const search = (source) => new RegExp((/^[\p{L}\p{N}(]/u.test(source) ? "(^|[^\\p{L}\\p{N}])" : "()") + `(${source}[\\p{L}\\p{N}]*)`, "gu");

  // what is typed for small digits and roots
  const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const typed = (query) =>
    query.replace(/sqrt\(([^)]*)\)?/g, "√$1").replace(/\^\(?([-−]?)(\d+)\)?/g, (_, sign, digits) => (sign && "⁻") + digits.replace(/\d/g, (d) => RAISED[d]));

  // the number of an equation is one word; else what stands between letters and digits parts words: tanh(z), Xavier/Glorot, 95%
  const parted = (query) => query.split(/[\s,;:!?"]+/).flatMap((word) => (/^\(\d+\.\d+\)?$/.test(word) ? word : word.split(/[()/&+=|%]+/)));

  // how many letters must be changed, left out, put in or exchanged with the next to make one word of the other
  const steps = (a, b) => {
    let before, last = [], row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      [before, last, row] = [last, row, [i]];
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
    }
    return row[b.length];
  };
  // The word of the book that was probably meant: the nearest, of the equally near the most frequent.
  let often;
  const meant = (word) => {
    if (!often) {
      often = new Map();
      for (const { folded, title } of places) for (const [w] of `${folded} ${title}`.matchAll(/\p{L}{4,}/gu)) often.set(w, (often.get(w) || 0) + 1);
    }
    const most = word.length < 4 ? 0 : word.length < 7 ? 1 : 2;
    const near = [...often].filter(([w]) => Math.abs(w.length - word.length) <= most).map(([w, n]) => [w, n, steps(word, w)]);
    return near.filter(([, , far]) => far <= most).sort((a, b) => a[2] - b[2] || b[1] - a[1])[0]?.[0];
  };

  const find = (query) => {
    const asked = [...new Set(parted(typed(fold(query))).filter(Boolean))], sources = asked.map(pattern);
    const words = sources.map(search), phrase = search(sources.join("[\\p{L}\\p{N}]*[^\\p{L}\\p{N}]+"));
    const counts = places.map((place) => words.map((word) => (place.folded.match(word) || []).length));
    const titled = places.map((place) => words.map((word) => 4 * (place.title.match(word) ? 1 : 0) + (place.above.match(word) ? 1 : 0)));
    const rare = words.map((_, w) => Math.log(1 + places.length / (1 + counts.filter((count) => count[w]).length)));
    const ranked = places.map((place, p) => {
      const has = words.filter((_, w) => counts[p][w] || titled[p][w]).length, long = 0.3 + (0.7 * place.folded.length) / average;
      let score = words.reduce((sum, _, w) => sum + rare[w] * ((2.2 * counts[p][w]) / (counts[p][w] + 1.2 * long) + titled[p][w]), 0);
      if (/^(Solution|Exercise)/.test(place.titles.at(-1))) score *= 0.6; // after the text that says it
      if (words.length > 1) score += (place.title.match(phrase) ? 8 : 0) + (place.folded.match(phrase) ? 4 : 0);
      return { place, has, score };
    });
    const most = Math.max(0, ...ranked.map(({ has }) => has));
    const found = most ? ranked.filter(({ has }) => has === most).sort((a, b) => b.score - a.score) : [];
    const missing = asked.filter((_, w) => !counts.some((count, p) => count[w] || titled[p][w]));
    return { found, words, missing, all: most === words.length };
  };

  // the words around the first place, or the first words, with what was found marked; cut between words
  const excerpt = ({ text, folded }, words) => {
    const marks = words.flatMap((word) => [...folded.matchAll(word)].map((m) => [m.index + m[1].length, m.index + m[0].length]));
    marks.sort((a, b) => a[0] - b[0]);
    const first = marks.length && marks[0][1] <= text.length ? marks[0][0] : 0; // else it is in a formula
    let from = first > AROUND ? text.indexOf(" ", first - AROUND) + 1 : 0;
    if (from > first) from = first;
    let to = text.lastIndexOf(" ", from + 2.6 * AROUND);
    if (to <= first || from + 2.6 * AROUND >= text.length) to = text.length;
    const line = document.createElement("p");
    let at = from;
    line.append(from ? "… " : "");
    for (const [start, end] of marks) {
      if (start < at || end > to) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(start, end);
      line.append(text.slice(at, start), mark);
      at = end;
    }
    line.append(text.slice(at, to), to < text.length ? " …" : "");
    return line;
  };

  // The formula whose number is asked for: "(4.3)", "eq. 4.3".
  const NUMBER = /^(?:(?:eqn?s?|equation|formula)\b\.?\s*\(?|\()(\d+\.\d+)\)?$/i;
  const numbered = (number) => {
    const place = number && places.find(({ numbers }) => number in numbers);
    if (!place) return [];
    const entry = document.createElement("li"), link = document.createElement("a"), path = document.createElement("span");
    link.href = `${place.url.split("#")[0]}#${place.numbers[number]}`;
    link.textContent = `Formula (${number})`;
    path.className = "wi-path";
    path.textContent = place.titles.map((title) => `${title} › `).join("");
    const head = document.createElement("p");
    head.append(path, link);
    entry.append(head);
    return [entry];
  };

  const item = ({ place }, words) => {
    const entry = document.createElement("li"), link = document.createElement("a"), path = document.createElement("span");
    link.href = place.url;
    link.textContent = place.titles[place.titles.length - 1];
    path.className = "wi-path";
    path.textContent = place.titles.slice(0, -1).map((title) => `${title} › `).join("");
    const head = document.createElement("p");
    head.append(path, link);
    entry.append(head, excerpt(place, words));
    return entry;
  };

  const show = () => {
    const query = field.value.trim();
    list.replaceChildren();
    summary.textContent = "";
    if (!/[\p{L}\p{N}√]/u.test(query)) return;
    if (!places) return fetchPlaces();
    const number = query.match(NUMBER)?.[1], formula = numbered(number);
    const { found, words, missing, all } = find(number ? `(${number})` : query);
    const count = found.length === 1 ? "1 place" : `${found.length} places`;
    if (!found.length && formula.length) summary.textContent = "";
    else if (!found.length) summary.textContent = "No place in the text has any of these words. Code and printed results are not searched.";
    else if (!all) summary.textContent = `No place has all of these words; ${count} ${found.length === 1 ? "has" : "have"} some.`;
    else summary.textContent = found.length > MOST ? `${count}; the first ${MOST}:` : `${count}:`;
    const others = missing.map((word) => [word, meant(word)]).filter(([, other]) => other);
    if (others.length && !formula.length) {
      const instead = others.reduce((text, [word, other]) => text.replace(word, other), fold(query)), link = document.createElement("a");
      link.href = `?${new URLSearchParams({ q: instead })}`;
      link.textContent = instead;
      summary.append(" Did you mean ", link, "?");
    }
    list.append(...formula, ...found.slice(0, MOST).map((hit) => item(hit, words)));
  };

  field.value = new URLSearchParams(location.search).get("q") || "";
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      show();
      try {
        history.replaceState(null, "", `?${new URLSearchParams({ q: field.value })}`); // so that Back leads to these results
      } catch {} // some browsers forbid it on a page from disk
    }, 120);
  });
  show();
  field.focus();
  field.select();
})();
