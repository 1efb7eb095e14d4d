"""How soon an explorer answers: from the input event to the new frame in the page, with style and layout done.

    make book && python code/bench/bench_explorers.py

Every control of every explorer of the built site is moved to each of its values in turn, in headless Chromium. The
clock runs inside the browser, around the event and the reading of the picture's size, which makes the browser lay out
what has changed. `--slowdown 4` throttles the processor as Lighthouse does for a phone. Goal: a median under 16 ms, one
picture of a 60 Hz screen.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

from weightinit_book.browser import chromium

ROOT = Path(__file__).resolve().parents[2]
GOAL = 16.0

# One answer: [milliseconds]. The first round is left out by the caller: it pays for what is done only once.
MOVES = """([number, rounds]) => {
    const host = document.querySelectorAll('.wi-explorer')[number], picture = host.querySelector('svg');
    host.scrollIntoView({ block: 'center' });
    const settle = () => [picture.getBoundingClientRect().height, host.offsetHeight];
    const times = {};
    for (const input of host.querySelectorAll('[data-control]')) {
        const values = input.type === 'range' ? Number(input.max) + 1 : input.options.length, found = [];
        for (let round = 0; round <= rounds; round++)
            for (let k = 0; k < values; k++) {
                settle();
                const start = performance.now();
                input.value = k;
                input.dispatchEvent(new Event('input', { bubbles: true }));
                settle();
                if (round) found.push(performance.now() - start);
            }
        times[input.dataset.control] = found;
    }
    return times;
}"""


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, default=ROOT / "_build" / "html")
    parser.add_argument("--rounds", type=int, default=15, help="how often each control goes through its values")
    parser.add_argument("--slowdown", type=float, default=1.0, help="throttle the processor by this factor")
    return parser.parse_args()


def measure(site: Path, rounds: int, slowdown: float) -> list[tuple[str, str, list[float]]]:
    """Page, control and milliseconds of every move."""
    from playwright.sync_api import sync_playwright

    pages = [p for p in sorted(site.rglob("*.html")) if 'class="wi-explorer"' in p.read_text(encoding="utf8")]
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for path in pages:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(path.as_uri(), wait_until="load")
            page.wait_for_timeout(1000)  # what the page does after loading is not the explorer's
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
            for number in range(page.locator(".wi-explorer").count()):
                for control, times in page.evaluate(MOVES, [number, rounds]).items():
                    found.append((f"{path.stem} {number + 1}", control, times))
            page.close()
        browser.close()
    return found


def main() -> int:
    """Measure and print the table; the exit code says whether the goal was met."""
    options = arguments()
    if not (options.site / "index.html").is_file():
        print("error: the site is not built; run: make book", file=sys.stderr)
        return 2
    found = measure(options.site, options.rounds, options.slowdown)
    print(f"event to laid-out frame, {options.rounds} rounds, processor slowed down {options.slowdown:g} times")
    print(f"{'explorer':<30}{'control':<14}{'moves':>6}{'median ms':>11}{'95 % ms':>9}{'worst ms':>10}")
    for name, control, times in found:
        low, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"{name:<30}{control:<14}{len(times):>6}{low:>11.1f}{high:>9.1f}{max(times):>10.1f}")
    whole = statistics.median([t for *_, times in found for t in times])
    worst = max(statistics.median(times) for *_, times in found)
    print(f"median of all moves {whole:.1f} ms, of the slowest control {worst:.1f} ms (goal: under {GOAL:g})")
    return 0 if worst < GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
