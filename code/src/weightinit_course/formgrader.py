"""nbgrader's formgrader on a term's folder: a person marks the written answers in the browser.

Pages of submissions are rendered as the feedback is (rendering.py). Nothing is loaded from another machine, and whoever
opens a submission runs nothing of it.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any, NoReturn

from nbgrader.server_extensions import formgrader as nbgraders

from weightinit_course.gradebook import course_id
from weightinit_course.terms import not_released, term_folder

# For all pages of the server. The page of a submission allows less (templates/marking).
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # the formgrader's lists and JupyterLab need both
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_OURS = Path(__file__).parent / "templates"
_NBGRADERS = Path(nbgraders.__file__).parent / "templates"
_FILTERS = {
    "markdown2html": "weightinit_course.rendering.markdown_filter",
    "highlight_code": "weightinit_course.rendering.code_filter",
    "harmless_output": "weightinit_course.rendering.output",
    "nonce": "weightinit_course.formgrader.nonce",
}
_CONFIG = """# Written by `make release` and `make formgrader`; nbgrader and its formgrader read it.
c = get_config()
c.CourseDirectory.course_id = {course_id!r}
c.CourseDirectory.root = {root!r}
c.HTMLExporter.template_name = "marking"
c.HTMLExporter.extra_template_basedirs = {folders!r}
c.HTMLExporter.extra_template_paths = {folders!r}
c.HTMLExporter.filters = {filters!r}
c.ServerApp.jpserver_extensions = {{"nbgrader.server_extensions.formgrader": True}}
c.ServerApp.tornado_settings = {{"headers": {{"Content-Security-Policy": {policy!r}}}}}
c.ServerApp.terminals_enabled = False
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
"""


def write_config(folder: Path) -> None:
    """Write what nbgrader reads in a term's folder."""
    config = _CONFIG.format(
        course_id=course_id(folder.name),
        root=str(folder),
        folders=[str(_OURS), str(_NBGRADERS)],
        filters=_FILTERS,
        policy=POLICY,
    )
    (folder / "nbgrader_config.py").write_text(config, encoding="utf8")


def nonce(resources: dict[str, Any]) -> str:
    """The number that the scripts of a page carry: drawn for each page, so that nobody who wrote a submission knows it."""
    return resources.setdefault("weightinit_nonce", secrets.token_urlsafe(16))


def formgrader(term: str, options: list[str]) -> NoReturn:
    """Become JupyterLab on a term's folder, open at the formgrader; `options` are JupyterLab's own.

    JupyterLab's settings live in that folder, so that nothing of the user's own Jupyter is read or changed.
    """
    folder = term_folder(term)
    if not (folder / "gradebook.db").is_file():
        raise not_released(term)
    write_config(folder)
    settings = folder / ".jupyter"
    settings.mkdir(exist_ok=True)
    os.environ["JUPYTER_CONFIG_DIR"] = str(settings)
    if os.geteuid() == 0:  # in a container; JupyterLab wants to be told
        options = ["--allow-root", *options]
    os.chdir(folder)
    command = [sys.executable, "-m", "jupyterlab", "--config", str(folder / "nbgrader_config.py")]
    where = [f"--ServerApp.root_dir={folder}", "--LabApp.default_url=/formgrader/gradebook"]
    os.execv(sys.executable, [*command, *where, *options])
