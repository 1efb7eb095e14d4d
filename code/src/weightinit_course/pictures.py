"""Pictures of students: which ones may be shown, so that none unfolds to more than a page can hold."""

from __future__ import annotations

import base64
import binascii
import io
import re
from xml.etree import ElementTree

from PIL import Image

KINDS = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif", "WEBP": "webp"}  # what browsers show and what can hold no script
MOST_PIXELS = 120_000_000  # a small file can unfold to gigabytes where it is shown
_REPEATING = {"clipPath", "marker", "mask", "pattern", "symbol"}  # what they hold is drawn wherever they are used
_UNFIT = {"filter", "foreignObject", "script", "animate", "animateMotion", "animateTransform", "set"}
_ELSEWHERE = re.compile(r"url\(\s*['\"]?#")


def check(kind: str, data: str) -> None:
    """Check a picture in base64.

    Parameters
    ----------
    kind : str
        Its media type: image/svg+xml, or any other of a picture, which is then told by the data itself.
    data : str

    Raises
    ------
    ValueError
        If it is not shown; the message says why, as in "it has too many pixels".
    """
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is no picture") from None
    if kind == "image/svg+xml":
        _check_drawing(content)
    else:
        kind_of(content)


def kind_of(content: bytes) -> str:
    """png, jpeg, gif or webp, by what a file holds; ValueError if it is none of them or unfolds to too many pixels."""
    try:
        picture = Image.open(io.BytesIO(content), formats=list(KINDS))
    except Image.DecompressionBombError:
        raise ValueError("has too many pixels") from None
    except (OSError, SyntaxError, ValueError):
        raise ValueError("is no PNG, JPEG, GIF or WebP") from None
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError("has too many pixels")
    return KINDS[picture.format]


def _check_drawing(content: bytes) -> None:
    """An SVG in which what is drawn again and again holds nothing that is: ten lines could draw a thousand million things.

    What matplotlib writes is of this kind: glyphs and markers that are plain paths.
    """
    if b"<!ENTITY" in content:
        raise ValueError("defines entities")
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError):
        raise ValueError("is no SVG") from None
    used = {_target(element) for element in root.iter() if _name(element) == "use"}
    for element in root.iter():
        name = _name(element)
        if name in _UNFIT:
            raise ValueError(f"holds <{name}>")
        if name == "image":
            _check_inner(_target(element))
        if name in _REPEATING or f"#{element.get('id')}" in used:
            if any(_name(inner) == "use" or _refers(inner) for inner in element.iter()):
                raise ValueError("is drawn of things that are drawn of others")


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _target(element: ElementTree.Element) -> str:
    """The address of a reference, with or without the old prefix."""
    return next((value for name, value in element.attrib.items() if name.rpartition("}")[2] == "href"), "")


def _refers(element: ElementTree.Element) -> bool:
    """Is it painted with something that stands elsewhere in the drawing? (To be cut out by it costs nothing.)"""
    return any(_ELSEWHERE.search(value) for name, value in element.attrib.items() if name != "clip-path")


def _check_inner(address: str) -> None:
    """A picture in a drawing."""
    kind, _, data = address.partition(";base64,")
    if kind not in {f"data:image/{known}" for known in KINDS.values()}:
        raise ValueError("holds a picture that is elsewhere")
    check(kind.removeprefix("data:"), data)
