"""The site's configuration beyond _config.yml: our folders of static files and templates, the address, the buttons."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

import yaml
from sphinx.application import Sphinx

BOOK = Path(__file__).resolve().parent.parent
WIDGETS = files("weightinit") / "static"  # explorers.js and explorers.css travel with the package

SIDEBAR = ["navbar-logo.html", "icon-links.html", "search-button-field.html", "book-contents.html"]


def base_url(app: Sphinx) -> str:
    """Where the book will be published, with a slash at the end; empty if that is not known."""
    url = os.environ.get("BOOK_BASEURL") or app.config.html_baseurl
    return url.rstrip("/") + "/" if url else ""


BUTTONS = re.compile(r"repository_\w+|path_to_docs|launch_buttons|use_\w+_button")


def buttons(app: Sphinx) -> dict:
    """What _config.yml says about the repository and the launch buttons.

    Jupyter Book hands it to the theme only where `sphinx: config:` sets no `html_theme_options`, and this book does.
    """
    from jupyter_book.config import yaml_to_sphinx

    path = Path(app.confdir) / "_config.yml"
    settings = yaml.safe_load(path.read_text(encoding="utf8")) if path.is_file() else {}
    options = yaml_to_sphinx(settings)[0].get("html_theme_options", {})
    return {name: value for name, value in options.items() if BUTTONS.fullmatch(name)}


def configure(app: Sphinx, config) -> None:
    """Serve the own static folder (not called `_static`, since Jupyter Book loads everything in a folder of that name)."""
    config.html_theme_options = buttons(app) | config.html_theme_options
    config.html_static_path = [*config.html_static_path, str(BOOK / "static"), str(WIDGETS)]
    config.templates_path = [str(BOOK / "templates"), *config.templates_path]
    config.html_sidebars = {"**": SIDEBAR} | config.html_sidebars
    config.html_baseurl = base_url(app)
    config.html_additional_pages = {"search": "search.html"}


def search_by_sections(app: Sphinx) -> None:
    """Sphinx's own search page finds pages and makes an index for them; this book has one that finds sections."""
    app.builder.search = False
