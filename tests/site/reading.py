"""What a reader sees of a page, measured in the browser: what is cut, what is tall, what wraps."""

# What is wider than its box: cut off, or to be scrolled to without a sign that there is more.
CUT = """() => [...document.querySelectorAll('main *')].filter(e => {
    if (!(e instanceof HTMLElement) || e.clientWidth < 2 || e.scrollWidth <= e.clientWidth + 1) return false;
    const { overflowX, backgroundImage } = getComputedStyle(e);
    if (overflowX === 'visible') return false;
    const hint = e.tabIndex === 0 && backgroundImage.split('gradient').length === 5;
    return !e.checkVisibility() ? false : !(hint && (overflowX === 'auto' || overflowX === 'scroll'));
}).map(e => `${e.scrollWidth - e.clientWidth} px of ${e.outerHTML.slice(0, 150)}`)
    .concat(document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} px wide`] : [])"""

# Heights in pixels; a fold counts with the line that stands for it.
HEIGHTS = """() => {
    const inside = e => e.closest('figure, table, .admonition, .wi-quiz, .wi-explorer, .cell, .wi-proven, details');
    const sum = (found) => Math.round(found.filter(e => e.checkVisibility())
        .reduce((all, e) => all + e.getBoundingClientRect().height, 0));
    const all = selector => [...document.querySelectorAll(`article ${selector}`)];
    return {
        prose: sum(all('section > :is(p, ul, ol, dl)').filter(e => !inside(e))),
        code: sum([...all('.cell_input').filter(e => !e.closest('.wi-fold')), ...all('.wi-fold')]),
        page: document.documentElement.scrollHeight,
    };
}"""

# Claims of which some part takes more than one line: a part that stands in one line is as tall as its letters.
WRAPPED = """() => {
    const tall = e => {
        const range = document.createRange();
        range.selectNodeContents(e);
        const lines = [...range.getClientRects()].filter(r => r.width > 1 && r.height > 8);
        return lines.some(a => lines.some(b => b.top >= a.bottom));
    };
    return [...document.querySelectorAll('.wi-claims tbody :is(th, td)')].filter(e => !e.querySelector('math')
        && e.checkVisibility() && tall(e)).map(e => e.textContent.trim());
}"""

# Texts beside and below figures, formulas and tables that lie on another one: lines of both share more than four pixels.
OVERLAPPING = """() => {
    const lines = e => {
        const range = document.createRange();
        range.selectNodeContents(e);
        return [...range.getClientRects()].filter(r => r.width > 2 && r.height > 4);
    };
    const kinds = 'figcaption, .wi-fold > summary, .wi-proof, .wi-meaning, .wi-readout, .wi-claims tfoot td, section > :is(p, ul, ol, h2, h3)';
    const texts = [...document.querySelectorAll(`article :is(${kinds})`)].filter(e => e.checkVisibility()).map(e => [e, lines(e)]);
    const shared = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return texts.flatMap(([one, mine], i) => texts.slice(i + 1, i + 12)
        .filter(([other, theirs]) => !one.contains(other) && !other.contains(one) && mine.some(a => theirs.some(b => shared(a, b) > 4)))
        .map(([other]) => `${one.textContent.trim().slice(-40)} | ${other.textContent.trim().slice(0, 40)}`));
}"""

# Fractions in lines of text that come within three pixels of one in the next line.
TOUCHING = """() => {
    const found = [];
    for (const text of document.querySelectorAll('article :is(p, li)')) {
        const parts = [...text.querySelectorAll('mfrac:not(.math-scroll mfrac)')].map(e => e.getBoundingClientRect()).filter(r => r.width);
        for (const a of parts) for (const b of parts)
            if (b.top > a.top + 8 && b.left < a.right && a.left < b.right && b.top > a.bottom - 20 && b.top < a.bottom + 3)
                found.push(text.textContent.trim().slice(0, 60));
    }
    return [...new Set(found)];
}"""
