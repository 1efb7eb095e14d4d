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
