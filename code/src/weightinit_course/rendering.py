"""What students wrote, as HTML that can do nothing to whoever opens it.

Markdown becomes HTML with formulas as MathML and pictures inside the page. What comes out passes an allow-list last, so
that nothing has to be trusted on the way: no script, no form, no style of a page, no link but to http(s), mailto and
places of the page, and no picture from elsewhere, since loading one tells somebody that the page was opened.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

import nh3
from jinja2 import pass_context
from jinja2.runtime import Context
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from weightinit_course import formulas
from weightinit_course.harmless import harmless
from weightinit_course.pictures import check

LONGEST = 20_000  # characters of a text; a longer one is shown as it was typed
LONGEST_PAGE = 200_000  # of all texts of a page together
WIDEST_TABLE = 50  # columns
TOO_LONG = "This text is very long; it is shown as it was typed."
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")

# ---- the allow-list -------------------------------------------------------------------------------------------------
_TEXT_TAGS = (
    "a abbr b blockquote br center code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p "
    "pre q s small span strong sub summary sup table tbody td tfoot th thead tr u ul"
)
_MATH_TAGS = (
    "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt "
    "mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none"
)
_MATH_ATTRIBUTES = (
    "accent accentunder columnalign columnspan depth display displaystyle fence form height largeop linethickness "
    "lspace mathvariant maxsize minsize movablelimits notation rowspan rspace scriptlevel separator stretchy style "
    "symmetric voffset width"
)
_TAGS = {*_TEXT_TAGS.split(), *_MATH_TAGS.split()}
_ATTRIBUTES = {
    **{tag: set(_MATH_ATTRIBUTES.split()) for tag in _MATH_TAGS.split()},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
    "ol": {"start"},
    "details": {"open"},
}
_CLASSES = {"code": {"formula"}, "span": {"display", "formula"}, "p": {"remark"}, "pre": {"typed", "stderr"}}
_STYLES = {
    "border-bottom", "border-left", "border-right", "border-top", "color", "justify-items", "padding-left",
    "padding-right", "text-align", "width",
}  # fmt: skip
_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_PICTURE = re.compile(rf"data:({'|'.join(map(re.escape, PICTURES))});base64,([A-Za-z0-9+/=]+)")


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value that an attribute may keep."""
    if name == "src":
        return value if _is_shown(value) else None
    return value if name != "href" or _LINK.match(value) else None


def _is_shown(address: str) -> bool:
    found = _PICTURE.fullmatch(address)
    try:
        return found is not None and check(*found.groups()) is None
    except ValueError:
        return False


def clean(text: str) -> str:
    """HTML with what is on the allow-list; text and pictures stay where a tag goes."""
    kept = nh3.clean(
        text,
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        allowed_classes=_CLASSES,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "data"},
    )
    return harmless(kept)  # what was written as an entity is a sign now


# ---- Markdown -------------------------------------------------------------------------------------------------------
_NAMES = "|".join(sorted(_TEXT_TAGS.split(), key=len, reverse=True))
_TAG = re.compile(
    rf"</?(?P<name>{_NAMES})(?:\s+[A-Za-z-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=`]+))*\s*/?>", re.IGNORECASE
)
_VALUE = re.compile(r"([A-Za-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']+))")
_PASTED = re.compile(r"data:image/(png|jpe?g|gif|webp|svg\+xml);base64,([A-Za-z0-9+/=]+)")


def _tag(state: StateInline, silent: bool) -> bool:
    """Take a tag of the allow-list for one; any other `<` is text, such as that of ``a<b``."""
    found = _TAG.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _narrow_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table, unless it is so wide that filling up its rows would take minutes."""
    return state.getLines(start, start + 1, 0, False).count("|") <= WIDEST_TABLE and table(state, start, end, silent)


def _parser() -> MarkdownIt:
    """CommonMark with tables, as Jupyter has them; without definitions of links, which take quadratic time."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("reference")
    parser.block.ruler.at("table", _narrow_table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.before("html_inline", "tag", _tag)
    return parser


_PARSER = _parser()


class Texts:
    """Renders the texts of one page, which may only be so long together.

    What is longer is shown as it was typed: setting it takes more than its length in time.
    """

    def __init__(self) -> None:
        self._left = LONGEST_PAGE

    def _fits(self, text: str) -> bool:
        fits = len(text) <= min(LONGEST, self._left)
        self._left -= len(text) if fits else 0
        return fits

    def markdown(self, source: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
        """A text cell as harmless HTML.

        Parameters
        ----------
        source : str
            What was typed.
        attachments : mapping, optional
            Of the notebook's cell: by name, the picture in base64 by its type.
        """
        text, pictures = _pictures_apart(source, attachments or {})
        if not self._fits(text):
            return f'<p class="remark">{TOO_LONG}</p><pre class="typed">{html.escape(text)}</pre>'
        text, found = formulas.take_out(text)
        tokens = _PARSER.parse(text)
        for token in tokens:
            token.content = formulas.put_back(token.content, found)
            token.children = [_finished(child, found, pictures) for child in token.children or []]
        return clean(_PARSER.renderer.render(tokens, _PARSER.options, {}))

    def code(self, source: str) -> str:
        """Code of a cell as harmless HTML, in colors."""
        if not self._fits(source):
            return f'<p class="remark">{TOO_LONG}</p><pre class="typed">{html.escape(source)}</pre>'
        return highlight(source, PythonLexer(stripnl=False), HtmlFormatter(cssclass="highlight", wrapcode=True))


def _finished(token: Token, found: list[formulas.Formula], pictures: dict[str, str]) -> Token:
    """A piece of a line with its formulas and pictures."""
    if token.type == "text":
        return Token("html_inline", "", 0, content=formulas.to_html(token.content, found))
    token.content = formulas.put_back(token.content, found)
    token.attrs = {name: formulas.put_back(str(value), found) for name, value in token.attrs.items()}
    if token.type == "image":
        return Token("html_inline", "", 0, content=_picture(token.attrs["src"], token.content, pictures))
    if token.type == "html_inline" and _TAG.fullmatch(token.content)["name"].lower() == "img":
        values = {name.lower(): html.unescape("".join(rest)) for name, *rest in _VALUE.findall(token.content)}
        shown = _picture(values.get("src", ""), values.get("alt", ""), pictures, values.get("width", ""))
        return Token("html_inline", "", 0, content=shown)
    return token


# ---- pictures -------------------------------------------------------------------------------------------------------
def _pictures_apart(source: str, attachments: Mapping[str, Mapping[str, str]]) -> tuple[str, dict[str, str]]:
    """The text with names instead of pictures that stand in it, and the pictures as addresses, by name."""
    pictures = {}
    for name, bundle in attachments.items():
        for kind in PICTURES:
            data = bundle.get(kind) if isinstance(bundle, Mapping) else None
            if isinstance(data, str) and _BASE64.fullmatch(data):
                pictures.setdefault(name, _address(kind, data))
    if pictures:  # a name may have spaces and brackets, which no address in Markdown has
        names = "|".join(re.escape(name) for name in sorted(pictures, key=len, reverse=True))
        source = re.sub(f"attachment:({names})", lambda found: f"attachment:{quote(found[1])}", source)

    def apart(found: re.Match) -> str:
        name = f"pasted-{len(pictures)}"
        pictures[name] = _address(f"image/{found[1].replace('jpg', 'jpeg')}", found[2])
        return f"attachment:{name}"

    return _PASTED.sub(apart, source), pictures


def _address(kind: str, data: str) -> str:
    return f"data:{kind};base64,{''.join(data.split())}"


def _picture(source: str, alt: str, pictures: dict[str, str], width: str = "") -> str:
    """A picture of the notebook; a link to one that is elsewhere; the name of one that is not there."""
    name = unquote(source.removeprefix("attachment:"))
    if source.startswith("attachment:") and name in pictures:
        size = f' width="{width}"' if re.fullmatch(r"[0-9]{1,4}%?", width) else ""
        return f'<img src="{pictures[name]}" alt="{html.escape(alt or "a picture of the submission")}"{size}>'
    if re.match(r"https?://", source, re.IGNORECASE):
        source, alt = html.escape(source), html.escape(alt)
        return f'(picture elsewhere: {alt} <a href="{source}">{source}</a>)'
    return f"(picture {html.escape(alt or name)}: it is not in the notebook)"


# ---- outputs --------------------------------------------------------------------------------------------------------
def plain(text: str) -> str:
    """Text of a terminal as HTML."""
    return html.escape(harmless(text))


def output(shown: Mapping[str, Any]) -> str:
    """An output of a cell as harmless HTML: a picture if it has one, otherwise text."""
    if shown["output_type"] == "stream":
        kind = ' class="stderr"' if shown.get("name") == "stderr" else ""
        return f"<pre{kind}>{plain(shown['text'])}</pre>"
    if shown["output_type"] == "error":
        lines = "\n".join(shown["traceback"])
        return f'<pre class="stderr">{plain(lines)}</pre>'
    data = shown["data"]
    for kind in PICTURES:
        if picture := data.get(kind):
            if kind == "image/svg+xml":
                picture = base64.b64encode(picture.encode()).decode()
            alt = html.escape(str(data.get("text/plain", "")))
            return clean(f'<img src="{_address(kind, picture)}" alt="{alt}">')
    if "text/html" in data:
        return clean(data["text/html"])
    return f"<pre>{plain(data.get('text/plain', ''))}</pre>"


# ---- nbconvert's filters, by which nbgrader's formgrader renders ---------------------------------------------------------
@pass_context
def markdown_filter(context: Context, source: str) -> str:
    """Take the place of nbconvert's `markdown2html`."""
    texts = context["resources"].setdefault("weightinit_texts", Texts())
    return texts.markdown(source, (context.get("cell") or {}).get("attachments"))


@pass_context
def code_filter(context: Context, source: str, metadata: object = None) -> str:
    """Take the place of nbconvert's `highlight_code`."""
    return context["resources"].setdefault("weightinit_texts", Texts()).code(source)
