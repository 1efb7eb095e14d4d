"""Pictures attached to a text cell: kept for the marker, if they are what they say."""

from __future__ import annotations

import base64
import re
import urllib.parse
from typing import Any

from weightinit_course.pictures import kind_of

LARGEST = 6 * 2**20  # bytes of one picture: a photo of a page of paper
LARGEST_SUM = 12 * 2**20  # bytes of all pictures of a notebook
# What stands in brackets is bounded, so that a text of nothing but brackets takes no longer than another.
_GONE = re.compile(r"!?\[([^\[\]\n]{0,300})\]\(<?attachment:[^)\n]{0,300}\)")
_ELSEWHERE = re.compile(r"!\[[^\[\]\n]{0,300}\]\(<?(?!\0|attachment:|https?:|data:)([^)>\s]{1,200})")


class Album:
    """The pictures of one notebook, renamed, so that no name of a student's can trouble what shows them.

    Attributes
    ----------
    remarks : list of str
        What cannot be shown.
    """

    def __init__(self) -> None:
        self.remarks: list[str] = []
        self._left = LARGEST_SUM
        self._count = 0

    def keep(self, source: str, attachments: Any, where: str) -> tuple[str, dict[str, dict[str, str]]]:
        """A text with its references to attachments put right, and the attachments that it shows.

        A reference to a picture that is not there, or is no picture, becomes a few words.
        """
        kept: dict[str, dict[str, str]] = {}
        attachments = attachments if isinstance(attachments, dict) and "attachment:" in source else {}
        refused = False
        for name in sorted(attachments, key=len, reverse=True):  # a name may begin like another
            spellings = {
                f"attachment:{spelled}" for spelled in (name, urllib.parse.quote(name), name.replace(" ", "%20"))
            }
            if not name or not any(spelled in source for spelled in spellings):
                continue
            try:
                kind, data = self._picture(attachments[name])
            except ValueError as why:
                refused = True
                self.remarks.append(f"{where} shows an attached picture that {why}; look at it in what was handed in")
                continue
            self._count += 1
            ours = f"picture-{self._count}.{kind}"
            for spelled in sorted(spellings, key=len, reverse=True):
                source = source.replace(spelled, f"\0{ours}")
            kept[ours] = {f"image/{kind}": data}
        source, gone = _GONE.subn(r"(a picture that is not shown here: \1)", source)
        if gone and not refused:
            self.remarks.append(f"{where} shows an attached picture that is not in the file; ask for it")
        for outside in _ELSEWHERE.findall(source)[:3]:
            self.remarks.append(f"{where} shows the picture {outside[:60]!r}, which was not handed in; ask for it")
        # What is left of the word is no reference: nbconvert shows no page at all for one that leads nowhere.
        return source.replace("attachment:", "attachment: ").replace("\0", "attachment:"), kept

    def _picture(self, bundle: Any) -> tuple[str, str]:
        """Kind and base64 of an attached picture; ValueError says why it is not kept."""
        found = [data for kind, data in bundle.items() if kind.startswith("image/")] if isinstance(bundle, dict) else []
        data = "".join(found[0]) if found and isinstance(found[0], (str, list)) else ""
        data = "".join(data.split())
        size = len(data) * 3 // 4
        if size > min(LARGEST, self._left):
            raise ValueError(f"is too large ({size / 2**20:.1f} MB)")
        try:
            content = base64.b64decode(data, validate=True)
        except ValueError:
            raise ValueError("is no PNG, JPEG, GIF or WebP") from None
        kind = kind_of(content)
        self._left -= size
        return kind, data
