"""The page that a student gets: nbgrader's feedback on what was marked, or why it could not be."""

from __future__ import annotations

import html
import logging
from pathlib import Path

import nbformat
import nbgrader
from nbconvert.exporters import HTMLExporter
from nbgrader.preprocessors import GetGrades
from traitlets.config import Config

from weightinit_course.gradebook import autograded, database

FORMGRADER = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader"
TEMPLATES = FORMGRADER / "templates"
BOOTSTRAP = FORMGRADER / "static" / "node_modules" / "bootstrap" / "dist" / "css"
REFUSED_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>
<body style="font: 1rem/1.5 sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em">
<h1>{name}: not marked</h1><p>Your submission could not be marked: {why}.</p>
<p>This is not a mark of zero. Hand in the notebook again, or ask your instructor.</p></body></html>
"""
UNSHOWN_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>
<body style="font: 1rem/1.5 sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em">
<h1>{name}: marked, but not shown</h1><p>Your notebook was marked, but it cannot be shown as a page ({why}).</p>
<p>Your marks stand. Ask your instructor for the report.</p></body></html>
"""


def write_page(folder: Path, name: str, student: str, refusal: str | None) -> Path:
    """Write a student's page on the problem set `name` below a term's folder; returns where."""
    try:
        page = _marked_page(folder, name, student) if refusal is None else _refused_page(name, refusal)
    except Exception as error:  # one student's notebook never stops the pages of the rest
        page = UNSHOWN_PAGE.format(name=name, why=html.escape(type(error).__name__))
    target = folder / "feedback" / student / name / f"{name}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf8", errors="replace")
    return target


def _refused_page(name: str, refusal: str) -> str:
    return REFUSED_PAGE.format(name=name, why=html.escape(refusal))


def _marked_page(folder: Path, name: str, student: str) -> str:
    """Points, what the checks said and a person's comments, in nbgrader's form."""
    config = Config()
    config.HTMLExporter.template_name = "feedback"
    config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
    config.HTMLExporter.extra_template_paths = [str(BOOTSTRAP)]
    config.HTMLExporter.exclude_input_prompt = True
    where = {"notebook": name, "assignment": name, "student": student, "db_url": database(folder)}
    resources = {"nbgrader": where, "metadata": {"name": name}}
    notebook = nbformat.read(autograded(folder, name, student), as_version=4)
    notebook, resources = GetGrades(log=logging.getLogger("weightinit.feedback")).preprocess(notebook, resources)
    page, _ = HTMLExporter(config=config).from_notebook_node(notebook, resources)
    return page
