"""The book's Sphinx extension: `setup` is the table of contents of a build, in the order in which things happen.

What a site gets from other packages at the end of its build (the notebooks to download) must be there before
`after_build` looks over everything: such a step is connected with a priority below 800.
"""

from __future__ import annotations

from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx_exercise.nodes import solution_node

from weightinit_book.extensions import (
    after_build,
    answers,
    claims,
    configuration,
    figures,
    folds,
    formulas,
    lead,
    ledger,
    numbers,
    outputs,
    package,
    pages,
    references,
    sentences,
    typography,
    working_copies,
)


def setup(app: Sphinx) -> dict:
    # 1. before anything is read: where static files and templates are, what the theme is told
    app.connect("config-inited", configuration.configure)
    app.connect("builder-inited", configuration.search_by_sections)
    app.add_config_value("book_math_macros", {}, "env")
    app.add_css_file("book.css", priority=900)  # after the theme's

    # 2. reading a page
    app.add_directive("equation-ledger", ledger.EquationLedger)
    app.add_directive("package-index", package.PackageIndex)
    app.connect("doctree-read", sentences.drop)

    # 3. all pages are read, and each is made ready for writing
    app.connect("env-get-outdated", references.outdated)
    app.add_post_transform(references.CitedIn)  # 6, when the list of references is there and its links are not made yet
    app.connect("doctree-resolved", ledger.fill)
    app.connect("doctree-resolved", numbers.fill)
    app.add_post_transform(figures.InlinePictures)  # 5, before the builder collects the pictures that it has to copy
    app.add_post_transform(lead.LeadFirst)  # 130, before the folds get their lines
    app.add_post_transform(folds.NameFolds)  # 140, while claims are still lines
    app.add_post_transform(claims.ShowClaims)  # 150, before myst-nb folds cells (199)
    app.add_post_transform(outputs.MarkColumns)  # 160, when only the lines are left that stay lines
    app.add_post_transform(pages.DropTwins)  # 900
    app.add_post_transform(answers.AnswersAtTheEnd)  # 940
    app.add_post_transform(pages.DeferLayout)  # 950, when the page has its final blocks

    app.connect("doctree-resolved", working_copies.note, priority=900)
    app.connect("doctree-resolved", typography.keep_together, priority=950)  # when every text is there

    # 4. writing it
    app.add_html_math_renderer("mathml", (formulas.visit_math, None), (formulas.visit_math_block, None))
    app.add_node(ledger.equation_ledger)
    app.add_node(HideCodeCellNode, override=True, html=(folds.visit_fold, folds.depart_fold))
    app.add_node(solution_node, override=True, html=(pages.visit_solution, None))
    app.connect("html-page-context", pages.list_contents, priority=400)  # before the theme looks into the sidebar
    app.connect("html-page-context", pages.complete, priority=900)  # after the theme has filled the context
    app.connect("html-page-context", after_build.note_page)

    # 5. all pages are written: the theme writes its style sheets (500), then every page and the site as a whole are
    #    finished; the guard against other hosts is the last step of all
    app.connect("build-finished", after_build.after_build, priority=800)

    # 6. beside the site, the same pages for JupyterLab
    app.connect("build-finished", working_copies.write, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
