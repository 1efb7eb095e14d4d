"""The list of references: each entry with author and year in front, as the text cites it, and where it is cited behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from docutils import nodes
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as Plain
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.template import field, href
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform


class AuthorYear(BaseLabelStyle):
    """``He et al., 2015``, as bibtex_reference_style writes it in the text."""

    def format_labels(self, sorted_entries: Iterable) -> Iterator[str]:
        """The labels of the entries, in their order."""
        for entry in sorted_entries:
            names = [" ".join(map(str, person.rich_last_names)) for person in entry.persons["author"]]
            authors = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
            yield f"{authors}, {entry.fields['year']}"


class BookStyle(Plain):
    """The plain style, with these labels; a link to a page is called after the page's host."""

    default_label_style = AuthorYear

    def format_url(self, entry):
        """A link that is neither a DOI nor on arXiv."""
        return href(field("url", raw=True))[field("url", raw=True, apply_func=lambda url: urlsplit(url).netloc)]


register_plugin("pybtex.style.formatting", "book", BookStyle)


class CitedIn(SphinxPostTransform):
    """Behind each reference, links to the places that cite it: ``Cited in 3.2, 5.1.``"""

    default_priority = 6

    def run(self, **kwargs) -> None:
        """Walk over the citations of one page."""
        domain = self.env.get_domain("cite")
        keys = {citation.citation_id: citation.key for citation in domain.citations}
        for entry in self.document.findall(nodes.citation):
            found: dict[str, nodes.reference] = {}
            for reference in in_reading_order(domain.citation_refs):
                if keys.get(entry["ids"][0]) in {target.key for target in reference.targets}:
                    shown = place(self.env, reference.docname, reference.citation_ref_id)
                    uri = self.app.builder.get_relative_uri(self.env.docname, reference.docname)
                    goal = f"{uri}#{reference.citation_ref_id}"
                    found.setdefault(shown, nodes.reference("", shown, refuri=goal, internal=True))
            if found:
                line = nodes.inline(classes=["wi-cited-in"])
                for number, link in enumerate(found.values()):
                    line += [nodes.Text(", " if number else " Cited in "), link]
                entry.children[-1] += [line, nodes.Text(".")]


def in_reading_order(references: Iterable) -> list:
    """By page, and on a page as they stand: a build over an older one holds them as the pages were last read."""
    return sorted(references, key=lambda reference: reference.docname)


def place(env: BuildEnvironment, docname: str, target: str) -> str:
    """The number of the section that holds a citation; where sections have none, the title of the page."""
    numbers = env.toc_secnumbers.get(docname, {})
    for citation in env.get_doctree(docname).findall(pending_xref):
        section = citation
        while target in citation["ids"] and (section := section.parent) is not None:
            if isinstance(section, nodes.section):
                number = next((numbers[f"#{i}"] for i in section["ids"] if f"#{i}" in numbers), numbers.get(""))
                if number:
                    return ".".join(map(str, number))
    return env.titles[docname].astext()


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """A page with a list of references is made anew when any page changes, for it may cite otherwise."""
    lists = {key.docname for key in env.get_domain("cite").bibliographies}
    return sorted(lists) if added or changed or removed else []
