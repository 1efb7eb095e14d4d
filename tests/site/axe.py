"""What axe finds on an open page, in two parts, since contrast takes most of its time.

For contrast, axe finds out what lies behind each word. Most formulas and blocks of code look like others, so it is shown a
block only if some text in it has a look that was not seen before.
"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from pages import wait_until_laid_out

COLORS = ["color-contrast", "link-in-text-block"]

# Of a single character axe does not judge the contrast, so a longer text of the same look must be seen as well.
ALIKE = """() => {
    const seen = new Set(), behind = e => {
        for (; e; e = e.parentElement) {
            const color = getComputedStyle(e).backgroundColor;
            if (!/^rgba\\(.*, 0\\)$/.test(color)) return color;
        }
    };
    for (const block of document.querySelectorAll('article math, article pre')) {
        const before = seen.size;
        for (const e of [block, ...block.querySelectorAll('*')]) {
            const text = [...e.childNodes].filter(n => n.nodeType === Node.TEXT_NODE).map(n => n.data.trim()).join('');
            if (!text) continue;
            const { color, fontSize, fontWeight, opacity } = getComputedStyle(e);
            seen.add([color, fontSize, fontWeight, opacity, behind(e), text.length > 1].join());
        }
        block.toggleAttribute('data-alike', seen.size === before);
    }
}"""


def poor_structure(page) -> list[str]:
    """Violations of every rule but the contrast of texts."""
    wait_until_laid_out(page)  # axe passes over the rest
    return _violations(page, rules={"color-contrast": {"enabled": False}})


def poor_contrast(page) -> list[str]:
    """Violations of the rules about colors, in the theme that the page has now."""
    wait_until_laid_out(page)  # axe passes over the rest
    page.evaluate(ALIKE)
    return _violations(page, {"exclude": [["[data-alike]"]]}, runOnly=COLORS)


def _violations(page, context: dict | None = None, **options) -> list[str]:
    result = Axe().run(page, context=context, options={"resultTypes": ["violations"]} | options)
    return [
        f"{v['id']} ({v['impact']}): {v['help']}\n    " + "\n    ".join(n["html"][:200] for n in v["nodes"][:5])
        for v in result.response["violations"]
    ]
