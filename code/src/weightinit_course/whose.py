"""Who handed in a file or folder, by its name: the names that learning platforms give, matched with the roster."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import unicodedata
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from weightinit_course.harmless import one_line
from weightinit_course.roster import Person, is_id, same

_TIME = r"\d{4}-\d\d-\d\d[ T_-]\d\d[:-]\d\d[:-]\d\d(?:\.\d+)?(?: [A-Za-z/_]+|Z| ?[+-]\d\d:?\d\d)?"
# What a platform writes stands in front of the student's own file name, so that each pattern is read from the left.
_PLATFORMS = {
    "Moodle": r"(?P<who>.+?)_\d+_assignsubmission_(?:file|onlinetext)(?:_.*)?",
    "Blackboard": rf"(?P<after>.+?)_attempt_(?P<time>{_TIME})(?:_.*)?",
    "Brightspace": r"(?P<number>\d+)-\d+ - (?P<who>.+?) ?- (?P<time>[^-]*\d{4} \d{3,4} ?[AaPp][Mm])(?: - .*)?",
    "Canvas": r"(?P<who>.+?)(?P<late>_LATE)?_(?P<number>\d+)_(?P<order>\d+)_.+",
    "nbgrader": rf"(?P<who>.+?)\+[^+]+\+(?P<time>{_TIME})(?:\+.*)?",
}
_PLATFORMS = {platform: re.compile(pattern, re.S) for platform, pattern in _PLATFORMS.items()}
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})  # no accent to take off


@dataclass(frozen=True)
class Label:
    """What one way to read a name says.

    Attributes
    ----------
    words : tuple of str
        Each may be an id, an address or a full name.
    number : str
        The platform's own number of the student.
    handed_in : float or None
        Seconds since 1970.
    order : int
        The later of two has the greater one.
    late : bool
        The platform says so.
    """

    words: tuple[str, ...]
    number: str = ""
    handed_in: float | None = None
    order: int = 0
    late: bool = False


def readable(name: str) -> str:
    """A file's name as text that any file and terminal takes; names in an old encoding are decoded."""
    data = os.fsencode(name)
    for encoding in ("utf8", "cp1252", "cp850"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    return one_line(unicodedata.normalize("NFC", text))


def labels(text: str) -> list[Label]:
    """All that a name may say, platform by platform; empty if no platform has written it."""
    found = []
    for pattern in _PLATFORMS.values():
        if (match := pattern.fullmatch(text)) is None:
            continue
        part = match.groupdict()
        words = part.get("who", "").split(" - ")
        if after := part.get("after"):  # the end of it is the student's id, which may have a _ of its own
            words = [after[k + 1 :] for k, sign in enumerate(after) if sign == "_"][::-1] or [after]
        when = moment(part["time"]) if part.get("time") else None
        late, order = bool(part.get("late")), int(part.get("order") or 0)
        found.append(Label(tuple(filter(None, words)), part.get("number") or "", when, order, late))
    return found


def moment(text: str) -> float | None:
    """When that was, in seconds since 1970; local time where no zone is named, None if it is no time."""
    text = text.strip()
    try:
        if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)[ T_-](\d\d)[:-](\d\d)[:-](\d\d)(?:\.\d+)? ?(.*)", text):
            *numbers, zone = match.groups()
            return datetime.datetime(*map(int, numbers), tzinfo=_zone(zone)).timestamp()
        spaced = " ".join(re.sub(r"(\d\d) ?([AaPp][Mm])$", r"\1 \2", text.replace(",", " ")).split())
        padded = re.sub(r" (\d{3} [AaPp][Mm])$", r" 0\1", spaced)
        for form in ("%b %d %Y %I%M %p", "%B %d %Y %I%M %p", "%d %b %Y %I%M %p", "%d %B %Y %I%M %p"):
            with contextlib.suppress(ValueError):
                return datetime.datetime.strptime(padded, form).timestamp()
    except (ValueError, OverflowError, OSError, zoneinfo.ZoneInfoNotFoundError):
        pass
    return None


def _zone(name: str) -> datetime.tzinfo | None:
    if not name:
        return None
    if offset := re.fullmatch(r"([+-])(\d\d):?(\d\d)", name):
        minutes = int(offset[2]) * 60 + int(offset[3])
        return datetime.timezone(datetime.timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    return datetime.UTC if name in ("UTC", "Z") else zoneinfo.ZoneInfo(name)


def fold(text: str) -> str:
    """A person's name without accents, letter case and punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    return " ".join(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)).replace("_", " ")))


class People:
    """The class, to be asked who is meant. Without a roster, everybody is in it whose id can be told."""

    def __init__(self, roster: dict[str, Person] | None):
        self.roster = roster
        self._exact: dict[str, set[str]] = defaultdict(set)  # ids and addresses
        self._names: dict[str, set[str]] = defaultdict(set)
        self._numbers: dict[str, set[str]] = defaultdict(set)
        for person in (roster or {}).values():
            for text in filter(None, (person.id, person.email)):
                self._exact[same(text)].add(person.id)
            if person.first_name and person.last_name:
                for both in (f"{person.first_name} {person.last_name}", f"{person.last_name} {person.first_name}"):
                    self._names[fold(both)].add(person.id)
                    self._names[fold(both).replace(" ", "")].add(person.id)  # Canvas writes lovelaceada
            if person.lms_id:
                self._numbers[person.lms_id].add(person.id)

    def known(self, words: Iterable[str], number: str = "") -> list[Person]:
        """Everybody in the roster who is called so; more than one if it can be several."""
        ids = set(self._numbers.get(number, ()))
        for word in words:
            if self.roster and word in self.roster:
                ids.add(word)
            else:
                ids |= self._exact.get(same(word), set()) | self._names.get(fold(word), set())
        return [self.roster[id_] for id_ in sorted(ids)] if self.roster else []

    def of(self, text: str, read: list[Label], name: str) -> list[Person]:
        """Who handed in what is called `text`, read as `labels` does; `name` is the problem set's."""
        if self.roster is None:
            said = [label.words[0] for label in read if label.words] or [_without(text, name)]
            return [Person(word) for word in dict.fromkeys(said) if is_id(word)]
        # Where a platform's own number is in the roster, what else the name says is not asked.
        found = [self.known((), label.number) or self.known(label.words) for label in read]
        everybody = {person.id: person for people in found for person in people}
        if not everybody:
            begun = [*self.known([_without(text, name)]), *self._beginning(text)]
            everybody = {person.id: person for person in self.known([text]) or begun}
        return list(everybody.values())

    def _beginning(self, text: str) -> list[Person]:
        """Everybody with whose id or full name, and a sign that parts it from the rest, the text begins."""
        whole, folded = same(text), f"{fold(text)} "
        ids = {id_ for known, ids in self._exact.items() if whole.startswith(f"{known}_") for id_ in ids}
        ids |= {
            id_ for known, ids in self._names.items() if " " in known and folded.startswith(f"{known} ") for id_ in ids
        }
        return [self.roster[id_] for id_ in sorted(ids)]


def _without(text: str, name: str) -> str:
    """`ada_ps2 (1)` without what names the problem set."""
    return re.sub(rf"[ _-]+{re.escape(name)}(?:[ _-]*\(?\d{{1,3}}\)?)?$", "", text, flags=re.I)
