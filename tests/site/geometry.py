"""What can be measured of formulas and lines of text, in any browser: functions for it to run."""

from __future__ import annotations

# A root ends where what stands under it ends; else it runs into what follows, or leaves a hole. The words of an index are
# smaller than what they stand at, and no operator but a sum is large.
MISDRAWN = """() => {
    const found = [];
    for (const root of document.querySelectorAll('article msqrt')) {
        const em = parseFloat(getComputedStyle(root).fontSize), box = root.getBoundingClientRect();
        const under = root.lastElementChild.getBoundingClientRect();
        if (!box.width) continue;
        const gap = (box.right - under.right) / em, sign = (under.left - box.left) / em;
        if (gap < -0.05 || gap > 0.12 || sign < 0.5 || sign > 1) found.push(`root of ${root.textContent}: sign ${sign.toFixed(2)}, gap ${gap.toFixed(2)}`);
        const next = root.nextElementSibling?.getBoundingClientRect();
        if (next?.width && next.top < box.bottom && next.left < under.right - 0.05 * em) found.push(`what follows the root of ${root.textContent}`);
    }
    const PARTS = { msub: 2, msup: 2, mfrac: 2, munder: 2, mover: 2, msubsup: 3, munderover: 3 };
    for (const [tag, count] of Object.entries(PARTS)) for (const node of document.querySelectorAll(`article ${tag}`))
        if (node.childElementCount !== count) found.push(`${tag} with ${node.childElementCount} parts: ${node.textContent}`);
    for (const index of document.querySelectorAll('article :is(msub, msup, msubsup) > :is(mtext, mi):not(:first-child)')) {
        const [small, large] = [index, index.parentElement].map(e => parseFloat(getComputedStyle(e).fontSize));
        if (!(small < large || small < 11)) found.push(`index ${index.textContent} of ${index.parentElement.textContent}`);
    }
    for (const sign of document.querySelectorAll('article mo')) {
        const em = parseFloat(getComputedStyle(sign).fontSize), { width } = sign.getBoundingClientRect();
        if ('⊙⊗⊕'.includes(sign.textContent) && width > 1.4 * em) found.push(`${sign.textContent} is ${(width / em).toFixed(2)} em wide`);
    }
    return [...new Set(found)];
}"""

# Lines that begin with the punctuation of a formula.
ORPHANS = """() => [...document.querySelectorAll('article span.math')].filter(formula => {
    const next = formula.nextSibling;
    if (next?.nodeType !== Node.TEXT_NODE || !/^[.,;:!?)\\]’”]/.test(next.data)) return false;
    const sign = document.createRange();
    sign.setStart(next, 0);
    sign.setEnd(next, 1);
    return sign.getBoundingClientRect().left < formula.getBoundingClientRect().left;
}).map(formula => formula.parentElement.textContent.slice(0, 60))"""

# How many characters stand on each line of text that is full: one that another line follows.
LINES = """() => {
    const counts = [], range = document.createRange();
    for (const paragraph of document.querySelectorAll('article section > p')) {
        if (paragraph.querySelector('math, code') || paragraph.className) continue;
        const tops = [];
        const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) for (let i = 0; i < walker.currentNode.length; i++) {
            range.setStart(walker.currentNode, i);
            range.setEnd(walker.currentNode, i + 1);
            const { top, width } = range.getBoundingClientRect();
            if (width) tops.push(Math.round(top / 8));
        }
        const lines = [...new Set(tops)].slice(0, -1);
        counts.push(...lines.map(top => tops.filter(t => t === top).length));
    }
    return counts;
}"""

# Texts that can hardly be told from what lies behind them, in a page or in a picture.
FAINT = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const seen = new Map(), read = color => {
        if (!seen.has(color)) {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            seen.set(color, [...canvas.getImageData(0, 0, 1, 1).data]);
        }
        return seen.get(color);
    };
    const luminance = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = element => {
        for (let e = element; e; e = e.parentElement) {
            if (e.matches('svg')) {
                const paper = e.querySelector('path');
                if (paper && read(getComputedStyle(paper).fill)[3] === 255) return read(getComputedStyle(paper).fill);
            } else if (read(getComputedStyle(e).backgroundColor)[3] > 128) return read(getComputedStyle(e).backgroundColor);
        }
        return GROUND;
    };
    const found = [], walker = document.createTreeWalker(document.querySelector('article'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
        if (!text || !element.checkVisibility({ visibilityProperty: true }) || element.closest('desc, script, style, .visually-hidden')) continue;
        const style = getComputedStyle(element), ink = read(element.closest('svg') ? style.fill : style.color);
        const [light, dark] = [luminance(ink), luminance(behind(element))].sort((a, b) => b - a);
        const contrast = (light + 0.05) / (dark + 0.05);
        if (contrast < (element.closest('svg') ? 3 : 4.5)) found.push(`${text.slice(0, 40)}: ${contrast.toFixed(1)}`);
    }
    return [...new Set(found)];
}"""


def faint(ground: tuple[int, int, int] = (255, 255, 255)) -> str:
    """`FAINT` for a page on this ground, where nothing else has a color."""
    return FAINT.replace("GROUND", str([*ground, 255]))
