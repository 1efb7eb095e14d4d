// Explorers and numeric self-checks: one script, a classic one on the site and the widgets' module in a notebook, where the
// signal tells that an output is gone (_widget.py).
globalThis.weightinit ??= (() => {
  const LINK = "wi-link";

  // A frame is a list of numbers of lines; all frames but the first are stored as what differs from it.
  const frameLines = (data, k) => {
    const frame = data.frames[k];
    if (k === 0 || frame.all) return frame.all;
    const ids = data.frames[0].all.slice();
    for (let i = 0; i < frame.put.length; i += 2) ids[frame.put[i]] = frame.put[i + 1];
    return ids;
  };

  function explorer(host, signal) {
    const picture = host.querySelector(".wi-figure");
    const canvas = picture.querySelector("svg > [id]") ?? picture; // of several panels, the first holds the drawing of all
    const readout = host.querySelector(".wi-readout");
    const inputs = [...host.querySelectorAll("[data-control]")];
    const play = host.querySelector(".wi-play");
    const cache = new Map();
    const at = inputs.map((input) =>
      input.type === "range" ? Number(input.defaultValue) : [...input.options].findIndex((option) => option.defaultSelected));
    let timer = null;
    let stored;

    // The frames are read at the first move and not while the page loads.
    const read = () => (stored ??= JSON.parse(host.dataset.explorer));
    const show = () => {
      const data = read();
      const k = at.reduce((sum, v, i) => sum * data.controls[i].texts.length + v, 0);
      if (!cache.has(k)) cache.set(k, frameLines(data, k).map((id) => data.lines[id]).join("\n"));
      canvas.innerHTML = cache.get(k);
      const settings = data.controls.map((c, i) => `${c.label} ${c.texts[at[i]]}`).join(", ");
      picture.setAttribute("aria-label", `${data.alt} Now: ${settings}. ${data.readouts[k]}`.trim());
      readout.textContent = data.readouts[k];
      inputs.forEach((input, i) => {
        input.value = at[i];
        if (input.type !== "range") return;
        input.setAttribute("aria-valuetext", data.controls[i].texts[at[i]]);
        input.nextElementSibling.textContent = data.controls[i].texts[at[i]];
      });
    };
    const move = (i, value) => {
      const data = read();
      at[i] = value;
      show();
      if (!data.group) return;
      const text = data.controls[i].texts[value];
      document.dispatchEvent(new CustomEvent(LINK, { detail: { from: host, group: data.group, name: data.controls[i].name, text } }));
    };
    const stop = () => {
      clearInterval(timer);
      timer = null;
      if (play) play.textContent = "▶ Play";
    };
    // A hand on a control, here or in a linked explorer, stops the play: the two would pull in different directions.
    inputs.forEach((input, i) => input.addEventListener("input", () => { stop(); move(i, Number(input.value)); }));
    signal?.addEventListener("abort", stop);
    document.addEventListener(LINK, ({ detail }) => {
      const data = read();
      const i = data.controls.findIndex((c) => c.name === detail.name);
      const value = i < 0 ? -1 : data.controls[i].texts.indexOf(detail.text);
      if (detail.from === host || detail.group !== data.group || value < 0) return;
      stop();
      if (value === at[i]) return;
      at[i] = value;
      show();
    }, { signal });
    if (play) {
      play.addEventListener("click", () => {
        if (timer) return stop();
        const i = inputs.findIndex((input) => input.dataset.control === play.dataset.plays);
        const last = read().controls[i].texts.length - 1;
        play.textContent = "❚❚ Pause";
        move(i, at[i] < last ? at[i] : 0); // also from where it stands: linked explorers stop playing
        timer = setInterval(() => {
          if (at[i] < last) move(i, at[i] + 1);
          if (at[i] >= last) stop();
        }, Number(play.dataset.pause));
      });
    }
    // On the way back to a page the browser puts the controls where the reader left them: the picture follows.
    const follow = () => {
      const found = inputs.map((input) => Number(input.value));
      if (found.every((value, i) => value === at[i])) return;
      stop();
      found.forEach((value, i) => { at[i] = value; });
      show();
    };
    addEventListener("pageshow", follow, { signal });
    follow();
    host.querySelector(".wi-controls").hidden = false;
    host.classList.add("wi-live");
  }

  // What a reader may type for a number: "0,25", "9.54·10⁻⁷", "2^-20", "1/3", "ln 1000", "√(6/200)", "5!". NaN for the rest.
  const FUNCTIONS = { ln: Math.log, log: Math.log, log10: Math.log10, log2: Math.log2, exp: Math.exp, sqrt: Math.sqrt, "√": Math.sqrt };
  function number(typed) {
    const spaced = typed
      .replace(/[⁰¹²³⁴-⁹⁻⁺]+/g, "^$&")
      .replace(/(\d*)\s*([¼-¾⅐-⅞])/g, (_, whole, part) => (whole ? `(${whole}+${part})` : part)) // 2½
      .normalize("NFKC") // ½, full-width digits, and what stands high
      .replace(/\p{Cf}/gu, "") // what cannot be seen
      .replace(/(?<![\d.,])\d{1,3}(?:\s\d{3})+(?!\d)/g, (groups) => groups.replace(/\s/g, "")); // 12 000
    if (/[\d.,]\s+[\d.,]/.test(spaced.replace(/log(?:10|2)/gi, "log"))) return NaN; // 12 0: a slip, or 2 1/2
    let rest = spaced
      .replace(/\s/g, "")
      .replace(/[−‐-―]/g, "-")
      .replace(/⁄/g, "/")
      .replace(/\*\*/g, "^")
      .replace(/[·×⋅∙]|(?<=[\d)])x(?=[\d(])/g, "*")
      .replace(/,/g, ".")
      .toLowerCase();
    const take = (pattern) => {
      const found = rest.match(pattern)?.[0];
      if (found) rest = rest.slice(found.length);
      return found;
    };
    const atom = () => {
      if (take(/^\(/)) {
        const inside = sum();
        return take(/^\)/) ? inside : NaN;
      }
      const named = take(/^(?:ln|log10|log2|log|exp|sqrt|√)/);
      if (named) return FUNCTIONS[named](power());
      if (take(/^(?:pi|π)/)) return Math.PI;
      const digits = take(/^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/);
      return digits ? Number(digits) : take(/^e/) ? Math.E : NaN;
    };
    const factorial = (n) => (Number.isInteger(n) && n >= 0 && n < 171 ? [...Array(n).keys()].reduce((f, k) => f * (k + 1), 1) : NaN);
    const power = () => {
      let base = atom();
      while (take(/^!/)) base = factorial(base);
      return take(/^\^/) ? base ** signed() : base;
    };
    const signed = () => (take(/^-/) ? -power() : (take(/^\+/), power()));
    const product = () => {
      let value = signed();
      for (let sign; !Number.isNaN(value) && (sign = take(/^[*/]/) ?? (/^[(√a-zπ]/.test(rest) ? "*" : "")); )
        value = sign === "*" ? value * signed() : value / signed();
      return value;
    };
    const sum = () => {
      let value = product();
      for (let sign; (sign = take(/^[+-]/)); ) value += sign === "+" ? product() : -product();
      return value;
    };
    const value = sum();
    return rest === "" ? value : NaN;
  }

  // What a typed number can mean: "1,200" is 1.2 to some readers and 1200 to others, and "12.5 %" is 0.125 or 12.5.
  const readings = (typed) => {
    const texts = [typed, typed.replace(/(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?!\d)/g, (groups) => groups.replaceAll(",", ""))];
    const found = texts.flatMap((text) => {
      const share = text.match(/^(.*?)\s*%\s*$/); // where a share is asked for, 12.5 % is 0.125; where per cent are, it is 12.5
      return share ? [number(share[1]) / 100, number(share[1])] : number(text);
    });
    return [...new Set(found)].filter(Number.isFinite);
  };

  // A numeric self-check: the typed number is compared with the answer and with the mistakes that were foreseen.
  function numeric(host) {
    const data = JSON.parse(host.dataset.question);
    const form = host.querySelector("form");
    const input = host.querySelector("input");
    const verdict = host.querySelector(".wi-verdict");
    const near = (value, target) => Math.abs(value - target) <= data.tolerance * Math.max(Math.abs(target), 1e-12);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = readings(input.value);
      if (!values.length) {
        verdict.textContent = "Type a number, for example 0.25, 1e-3 or ln 2.";
        verdict.dataset.right = "";
        return;
      }
      const right = values.some((value) => near(value, data.answer));
      const known = data.mistakes.find(([wrong]) => values.some((value) => near(value, wrong)));
      const read = values.length > 1 ? ` (Read as ${values.join(" and as ")}.)` : "";
      verdict.dataset.right = String(right);
      verdict.innerHTML = right ? `<strong>✓ Right.</strong> ${data.explanation}` : `<strong>✗ Not yet.</strong> ${known ? known[1] : data.hint + read}`;
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // JupyterLab takes it away from the form: here it is given
      form.requestSubmit();
    });
    form.hidden = false;
    host.classList.add("wi-live");
  }

  const mount = (root, signal) => {
    root.querySelectorAll(".wi-explorer[data-explorer]:not(.wi-live)").forEach((host) => explorer(host, signal));
    root.querySelectorAll(".wi-numeric:not(.wi-live)").forEach(numeric);
  };
  return { mount };
})();
if (!globalThis.weightinitLive) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => weightinit.mount(document));
  else weightinit.mount(document);
}
