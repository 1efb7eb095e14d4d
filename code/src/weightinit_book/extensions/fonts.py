"""The fonts of the site hold just the characters that occur: the one of the formulas, and the theme's icons.

Both come from installed packages at build time and are never committed. The font of the formulas travels inside the
style sheet. A font with an address of its own comes when the page is laid out already, and then every line and table with a
formula is laid out again, by as much as the reader's own fonts are different. Inside the sheet it is there before the
first layout (see templates/layout.html), whatever other fonts the reader has.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from collections.abc import Callable, Iterable
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset as subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

# found without importing the package, of which nothing but the font is used
MATH = Path(find_spec("ziamath").submodule_search_locations[0]) / "fonts" / "STIXTwoMath-Regular.ttf"
SINGLE = re.compile(r"<mi>([^&<])</mi>")


def characters(pages: Iterable[str]) -> set[str]:
    """Every character that the formulas on these pages are drawn with; a single letter in ``<mi>`` is drawn italic."""
    found = {" ", "√"}  # no text names the sign of a root: <msqrt> draws it
    for page in pages:
        for formula in re.findall(r"<math\b.*?</math>", page, flags=re.S):
            formula = SINGLE.sub(lambda letter: italic(letter[1]), formula)
            found.update(html.unescape(re.sub(r"<[^>]*>", "", formula)))
    return found - {"\n", "\t"}


def italic(letter: str) -> str:
    """The mathematical italic that ``text-transform: math-auto`` turns a letter into."""
    if letter == "h":
        return "\u210e"
    for first, last, start in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC)):
        if first <= letter <= last:
            return chr(start + ord(letter) - ord(first))
    return {"∂": "\U0001d715", "ϵ": "\U0001d716", "ϕ": "\U0001d719"}.get(letter, letter)


def subset(source, text: str, *, axes: dict[str, float] | None = None, name: str = "") -> bytes:
    """WOFF2 of the glyphs that `text` needs, with their kerning or the MATH table (sizes, stretched brackets, variants).

    Parameters
    ----------
    source : path to a font
    text : str
    axes : dict, optional
        Where on the axes of a variable font: what comes out varies no longer.
    name : str, optional
        What the font is called from here on: licenses reserve the names of whole fonts. Its copyright stays in it.
    """
    options = subsetter.Options()
    # not ssty, other forms for small indices: half of the font of the formulas, and Chromium does not draw them
    options.layout_features = ["dtls", "flac", "kern", "mark", "mkmk", "ccmp", "tnum"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 13, 14]
    options.notdef_outline = True
    with source.open("rb") as stream:
        font = TTFont(stream, recalcTimestamp=False)  # the same characters give the same bytes
        worker = subsetter.Subsetter(options)
        worker.populate(text=text)
        worker.subset(font)
        if axes:
            instantiateVariableFont(font, axes, inplace=True)
        if name:
            font["name"].setName(name, 1, 3, 1, 0x409)
        if "MATH" in font:
            narrow_tall_signs(font)
        buffer = io.BytesIO()
        font.flavor = "woff2"
        font.save(buffer)
    return buffer.getvalue()


STRETCHED = "√()[]{}⌈⌉⌊⌋⟨⟩"
KEPT = 0.1  # of what a tall sign is wider than the low one


def narrow_tall_signs(font: TTFont) -> None:
    """Make the taller forms of roots and brackets hardly wider than the low ones.

    Chromium keeps free behind each of them what the widest would need: nearly half an em behind a low root. Firefox does
    not, so no style sheet could take it back.
    """
    table, names = font["MATH"].table.MathVariants, font.getBestCmap()
    for sign in STRETCHED:
        low = names.get(ord(sign))
        if low in table.VertGlyphCoverage.glyphs:
            forms = table.VertGlyphConstruction[table.VertGlyphCoverage.glyphs.index(low)]
            taller = {record.VariantGlyph for record in forms.MathGlyphVariantRecord} - {low}
            taller |= {part.glyph for part in forms.GlyphAssembly.PartRecords} if forms.GlyphAssembly else set()
            width = font["hmtx"][low][0]
            for name in taller:
                set_width(font, name, round(width + KEPT * (font["hmtx"][name][0] - width)))


def set_width(font: TTFont, name: str, width: int) -> None:
    """Draw a glyph narrower or wider."""
    glyph = font["glyf"][name]
    glyph.coordinates.scale((width / font["hmtx"][name][0], 1))
    glyph.coordinates.toInt()
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, glyph.xMin)


def data_uri(font: bytes) -> str:
    """The address that holds a font itself."""
    return f"data:font/woff2;base64,{base64.b64encode(font).decode()}"


def embedded(family: str, data: bytes, *, style: str = "normal", weight: str = "normal") -> str:
    """The rule of a style sheet that carries a font."""
    return (
        f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}; '
        f'src: url("{data_uri(data)}") format("woff2"); }}\n'
    )


def cached(folder: Path, *about, make: Callable[[], bytes]) -> bytes:
    """What `make` gives; kept in a folder for the next build that says the same about it."""
    stored = folder / f"font-{hashlib.sha256(repr(about).encode()).hexdigest()[:16]}.woff2"
    if not stored.exists():
        stored.write_bytes(make())
    return stored.read_bytes()


def math_rule(pages: Iterable[str], cache: Path) -> str:
    """The rule that carries the font of all formulas; taken from the cache if nothing changed."""
    text = "".join(sorted(characters(pages)))
    return embedded("Book Math", cached(cache, MATH.name, text, make=lambda: subset(MATH, text, name="Book Math")))


def icons(sheets: Iterable[str], names: set[str]) -> str:
    """The characters of Font Awesome that these style sheets need, where only the icons with these names occur."""
    glyphs = set()
    for sheet in sheets:
        for rule in re.finditer(r"([^{}]+)\{([^{}]*)\}", sheet):
            named = set(re.findall(r"\.(fa-[a-z0-9-]+)", rule[1]))
            if not named or named & names:  # a named icon that occurs, or the theme's own rule for a box or a link
                glyphs.update(chr(int(code, 16)) for code in re.findall(r'"\\(f[0-9a-f]{3})"', rule[2]))
                glyphs.update(sign for sign in rule[2] if 0xE000 <= ord(sign) <= 0xF8FF)  # the character itself
    return "".join(sorted(glyphs))


def cut_icon_fonts(static: Path, text: str) -> None:
    """Write the theme's icon fonts anew with these characters only."""
    for path in static.rglob("webfonts/*.woff2"):
        source = files("pydata_sphinx_theme") / "theme/pydata_sphinx_theme/static" / path.relative_to(static)
        path.write_bytes(subset(source, text))


ICONS = re.compile(r"url\(([^)]*/fa-solid-900\.woff2)\)")


def carry_icons(rules: str, static: Path) -> str:
    """These rules with the font of the icons inside: asked for by its address, it would be a journey more."""

    def carried(address: re.Match) -> str:
        return f'url("{data_uri((static / address[1]).read_bytes())}")'

    return ICONS.sub(carried, rules)
