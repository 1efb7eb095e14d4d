"""The page on the package: every public name of `weightinit` with how it is called and the first line of its documentation."""

from __future__ import annotations

import importlib
import inspect
import re
from types import ModuleType

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import weightinit


class PackageIndex(SphinxDirective):
    """``{package-index}``: a section for each module, with a table of what it offers."""

    def run(self) -> list[nodes.Node]:
        """The sections; the page is made anew when a module changes."""
        found = []
        for room in weightinit._ROOMS:
            module = importlib.import_module(f"weightinit.{room}")
            self.env.note_dependency(module.__file__)
            found.append(section(room, module, weightinit._ROOMS[room]))
        return found


def section(room: str, module: ModuleType, at_the_door: tuple[str, ...]) -> nodes.section:
    """One module: what it is for, and its functions and classes."""
    offered = [(name, getattr(module, name)) for name in module.__all__]
    rows = [
        row(f"{'wi.' if name in at_the_door else ''}{name}", thing)
        for name, thing in offered
        if inspect.isroutine(thing) or inspect.isclass(thing)
    ]
    content = nodes.section(
        "", nodes.title("", "", nodes.literal("", f"weightinit.{room}")), ids=[f"weightinit-{room}"]
    )
    content += nodes.paragraph("", "", *first_line(module))
    if rows:
        group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (55, 45)), cols=2)
        group += nodes.thead(
            "", nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in ("call", "what it is")))
        )
        group += nodes.tbody("", *rows)
        content += nodes.table("", group, classes=["package"])
    return content


def row(name: str, thing) -> nodes.row:
    """One name; ``wi.`` in front says that it is found without the module's name."""
    cells = ([nodes.literal("", name + signature(thing), classes=["wi-call"])], first_line(thing))
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


def signature(thing) -> str:
    """The arguments without their types; nothing for a class that is not made by hand."""
    if inspect.isclass(thing) and (issubclass(thing, Exception) or "__init__" not in vars(thing)):
        return ""
    found = inspect.signature(thing)
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty, default=Written.of(parameter.default))
        for parameter in found.parameters.values()
    ]
    return str(found.replace(parameters=bare, return_annotation=inspect.Signature.empty))


class Written(str):
    """A default as one types it."""

    __repr__ = str.__str__

    @classmethod
    def of(cls, default):
        """A type of NumPy by its name, ``np.float32``; anything else as it is."""
        is_type = isinstance(default, type) and default.__module__ == "numpy"
        return cls(f"np.{default.__name__}") if is_type else default


def first_line(thing) -> list[nodes.Node]:
    """The first paragraph of the documentation's first line, with its code set as code."""
    text = " ".join(inspect.getdoc(thing).split("\n\n")[0].split())
    text = re.sub(r" \(floor \d\)|:\w+:(?=`)", "", text)
    parts = re.split(r"`+~?(.+?)`+", text)
    return [nodes.literal("", part) if number % 2 else nodes.Text(part) for number, part in enumerate(parts) if part]
