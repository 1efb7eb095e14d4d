// Explorers and numeric self-checks: one script, a classic one on the site and the widgets' module in a live notebook.
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

  function explorer(host, changed) {
    const picture = host.querySelector("svg");
    const readout = host.querySelector(".wi-readout");
    const inputs = [...host.querySelectorAll("[data-control]")];
    const play = host.querySelector(".wi-play");
    const cache = new Map();
    let timer = null;
    let at, stored;

    // The frames are read at the first move and not while the page loads.
    const read = () => {
      if (!stored) {
        stored = JSON.parse(host.querySelector("script").textContent);
        at = stored.start.slice();
      }
      return stored;
    };
    const show = (tell = true) => {
      const data = read();
      const k = at.reduce((sum, v, i) => sum * data.controls[i].texts.length + v, 0);
      if (!cache.has(k)) cache.set(k, frameLines(data, k).map((id) => data.lines[id]).join("\n"));
      picture.innerHTML = cache.get(k);
      const settings = data.controls.map((c, i) => `${c.label} ${c.texts[at[i]]}`).join(", ");
      picture.setAttribute("aria-label", `${data.alt} Now: ${settings}. ${data.readouts[k]}`.trim());
      readout.textContent = data.readouts[k];
      inputs.forEach((input, i) => {
        input.value = at[i];
        if (input.type !== "range") return;
        input.setAttribute("aria-valuetext", data.controls[i].texts[at[i]]);
        input.nextElementSibling.textContent = data.controls[i].texts[at[i]];
      });
      if (tell && changed) changed(Object.fromEntries(data.controls.map((c, i) => [c.name, at[i]])));
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
    document.addEventListener(LINK, ({ detail }) => {
      const data = read();
      const i = data.controls.findIndex((c) => c.name === detail.name);
      const value = i < 0 ? -1 : data.controls[i].texts.indexOf(detail.text);
      if (detail.from === host || detail.group !== data.group || value < 0) return;
      stop();
      if (value === at[i]) return;
      at[i] = value;
      show();
    });
    if (play) {
      play.addEventListener("click", () => {
        if (timer) return stop();
        const i = read().controls.findIndex((c) => c.name === play.dataset.plays);
        const last = stored.controls[i].texts.length - 1;
        play.textContent = "❚❚ Pause";
        move(i, at[i] < last ? at[i] : 0); // also from where it stands: linked explorers stop playing
        // In a live notebook the kernel can move the control as well, so the end is looked for before each step too.
        timer = setInterval(() => {
          if (at[i] < last) move(i, at[i] + 1);
          if (at[i] >= last) stop();
        }, 450);
      });
    }
    host.classList.add("wi-live");
    return { set: (named) => { at = read().controls.map((c, i) => named[c.name] ?? at[i]); show(false); } };
  }

  // A numeric self-check: the typed number is compared with the answer and with the mistakes that were foreseen.
  function numeric(host) {
    const data = JSON.parse(host.querySelector("script").textContent);
    const input = host.querySelector("input");
    const verdict = host.querySelector(".wi-verdict");
    const near = (value, target) => Math.abs(value - target) <= data.tolerance * Math.max(Math.abs(target), 1e-12);
    host.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const value = Number(input.value.trim().replace(",", "."));
      if (input.value.trim() === "" || !Number.isFinite(value)) {
        verdict.textContent = "Type a number, for example 0.25 or 1e-3.";
        verdict.dataset.right = "";
        return;
      }
      const right = near(value, data.answer);
      const known = data.mistakes.find(([wrong]) => near(value, wrong));
      verdict.dataset.right = String(right);
      verdict.textContent = right ? `✓ Right. ${data.explanation}` : `✗ Not yet. ${known ? known[1] : data.hint}`;
    });
    host.classList.add("wi-live");
  }

  const start = (host, changed) => {
    if (host.classList.contains("wi-explorer")) return explorer(host, changed);
    if (host.classList.contains("wi-numeric")) numeric(host);
    return null;
  };
  const mountAll = () => document.querySelectorAll(".wi-explorer:not(.wi-live), .wi-numeric:not(.wi-live)").forEach((host) => start(host));
  return { start, mountAll };
})();
if (!globalThis.weightinitLive) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", weightinit.mountAll);
  else weightinit.mountAll();
}
