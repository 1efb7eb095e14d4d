"""Formulas with links, HTML, styles, files, definitions without end and rules a kilometre long (N83)."""

from attack import put

from weightinit_course.problem_set import is_written

TEXTS = [
    r"""$\href{javascript:alert(1)}{x}$ $\unicode{x3c}script$ $\class{panel}{x}$ $\style{position:fixed}{x}$ $\cssId{toc}{x}$
$\require{html}$ $\mmlToken{mi}[href='javascript:alert(1)']{x}$ $\text{<script>alert(1)</script>}$
$\def\a{\a\a}\a$ $\let\b=\b \b$ $\newcommand{\c}{\c\c}\c$ $\input{/etc/passwd}$ $\include{x}$ $\write18{ls}$
$\rule{1e9em}{1e9em}$ $\hspace{-999999em}$ $\raise1e9em{x}$ $\Huge\Huge\Huge x$ $\color{red;}{x}$ $\html{<b>}$
$$\begin{array}{%s} %s \end{array}$$"""
    % ("c" * 2000, "&" * 2000),
    "$" + r"\frac{1}{" * 3000 + "x" + "}" * 3000 + "$ $" + "^{" * 3000 + "}" * 3000 + "$",
    "$$ </math><script>alert(1)</script> $$ $x</semantics></math><img src=x onerror=alert(1)>$ \\(<iframe>\\) `$<script>$`",
]


def write(entry, notebook, problem_set):
    for cell, text in zip(filter(is_written, notebook.cells), TEXTS, strict=False):
        cell.source = text
    put(notebook, entry / f"{problem_set.name}.ipynb")
