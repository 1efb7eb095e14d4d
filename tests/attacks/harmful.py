"""What a page of ours must not hold, whatever a student wrote."""

from __future__ import annotations

import re
from html.parser import HTMLParser

ADDRESSES = {"href", "src", "srcset", "action", "formaction", "data", "poster", "ping", "background", "xlink:href"}
HARMLESS = re.compile(r"#|https?://|mailto:|data:image/(png|jpeg|gif|webp|svg\+xml);base64,", re.I)
FORBIDDEN = {"iframe", "object", "embed", "base", "form", "input", "button", "link", "frame", "frameset", "applet"}
FETCHED = {"img", "source", "video", "audio", "script", "image", "use", "track", "input"}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag, attrs):
        here = self.getpos()[0]
        if tag in FORBIDDEN:
            self.found.append(f"line {here} of its page has <{tag}>")
        if tag == "script":
            self.found.append(f"line {here} of its page has a script")
        for name, value in attrs:
            value = re.sub(r"[\x00-\x20]", "", value or "")
            if name.startswith("on"):
                self.found.append(f"line {here} of its page has <{tag} {name}>")
            if name in ADDRESSES and value and not HARMLESS.match(value):
                self.found.append(f"line {here} of its page: <{tag} {name}={value[:60]!r}>")
            if name in ADDRESSES and tag in FETCHED and value and not value.startswith("data:image/"):
                self.found.append(f"line {here} of its page fetches {value[:60]!r}")
            if name == "style" and re.search(r"url\(|position|expression|z-index|@import", value, re.I):
                self.found.append(f"line {here} of its page has the style {value[:60]!r}")
            if name == "http-equiv" and value.lower() not in ("content-security-policy", "content-type"):
                self.found.append(f"line {here} of its page has <meta http-equiv={value!r}>")


def harm(page: str) -> list[str]:
    """What a page could do to its reader, in words."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    found = list(dict.fromkeys(reader.found))
    if "content-security-policy" not in page.lower():
        found.append("its page has no content security policy")
    if re.search("[\u202a-\u202e\u2066-\u2069]", page):
        found.append("its page turns the direction of writing round")
    return found
