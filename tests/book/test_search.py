"""What the search page knows of a page: its places, without code."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from docutils import nodes

from weightinit_book.extensions.formulas import convert
from weightinit_book.extensions.search import NAME, Place, places, plain, script, words

PAGE = """<html><body><nav>Menu</nav><article class="bd-article">
<section id="he"><h1><span class="section-number">5. </span>He<a class="headerlink" href="#he">#</a></h1><p>First words.</p>
<div class="cell_input"><pre>import numpy</pre></div><svg><text>axis</text></svg>
<section id="slope"><h2>5.1. Any slope</h2><p>A leaky <em>ReL</em>U: <math><msup><mi>σ</mi><mn>2</mn></msup><mo>=</mo>
<mfrac><mn>2</mn><mrow><mn>1</mn><mo>+</mo><mi>a</mi></mrow></mfrac></math>.</p>
<div class="wi-claims"><p>✓ noise</p></div><p>In words 2<sup>−10</sup> and n<sub>out</sub> of W<sub>1</sub>.</p>
<div class="wi-answers"><p>Answers</p></div>
<div class="exercise admonition" id="ex"><p class="admonition-title">Exercise 5.1</p><section><p>Find it.</p></section></div>
<details class="solution" id="sol"><summary>Solution</summary><p><math><mi>ln</mi><msqrt><mi>𝔼</mi></msqrt></math></p></details>
</section></section></article></body></html>"""


def test_each_section_exercise_and_solution_is_a_place_of_its_own():
    assert list(places(PAGE, "c/he.html")) == [
        ("c/he.html", ["5. He"], "First words.", "", {}),
        (
            "c/he.html#slope",
            ["5. He", "5.1. Any slope"],
            "A leaky ReLU: σ² = 2/(1+a). In words 2⁻¹⁰ and n_out of W_1.",
            "",
            {},
        ),
        ("c/he.html#ex", ["5. He", "5.1. Any slope", "Exercise 5.1"], "Find it.", "", {}),
        ("c/he.html#sol", ["5. He", "5.1. Any slope", "Solution"], "ln √E", "", {}),
    ]


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\sqrt[3]{\frac12}", "∛(1/2)"),
        (r"\sqrt[5]{x}", "x^(1/5)"),
        (r"\sqrt{\frac{6}{2n}}", "√(6/(2n))"),
        (r"10^{-3} x_l^2", "10⁻³x_l²"),
        (r"r^{L-1} W^{\top}", "r^(L−1)Wᵀ"),
        (r"\sum_i s_i^4", "∑_i s_i⁴"),
        (r"\text{column } j \text{ of } W", "column j of W"),
        (r"\begin{aligned} a &= 1 \\ b &= 2 \end{aligned}", "a = 1; b = 2"),
        (r"\ln \lVert x \rVert", "ln ‖x‖"),
        (r"\frac12 n_{out}\sigma^2", "1/2 n_out σ²"),
        (r"\mathbb{E}[\mathrm{relu}(z)^2]", "E[relu(z)²]"),
    ],
)
def test_a_formula_reads_as_one_would_write_it_in_a_line(latex, text):
    app = SimpleNamespace(config=SimpleNamespace(book_math_macros={}))
    math = convert(app, latex, display=True, node=nodes.math())
    assert words(plain(BeautifulSoup(math, "html.parser").math)) == text


def test_a_formula_in_a_line_of_its_own_is_found_by_its_number_and_stands_in_no_excerpt():
    formula = '<div class="math-block" id="{}"><div class="math-scroll"><math><mi>a</mi><mo>=</mo><mi>b</mi></math></div>{}</div>'
    number = '<span class="eqno">(5.1)<a class="headerlink" href="#equation-eq-a">#</a></span>'
    text = f"<p>So</p>{formula.format('equation-eq-a', number)}{formula.format('', '')}<p>holds.</p>"
    page = f'<article class="bd-article"><section id="s"><h1>One</h1>{text}</section></article>'
    assert list(places(page, "x.html")) == [
        ("x.html", ["One"], "So holds.", "a = b(5.1) a = b", {"5.1": "equation-eq-a"})
    ]


def test_a_page_without_an_article_has_no_places():
    assert list(places("<html><body><p>Gone</p></body></html>", "x.html")) == []


def test_the_script_holds_the_places_as_they_are():
    found = [Place("a.html#b", ["A", "B"], 'π, "quoted" </script>', "π", {"1.1": "x"})]
    text = script(found)
    assert text.startswith(f"window.{NAME} = ") and text.endswith(";\n")
    assert json.loads(text.removeprefix(f"window.{NAME} = ").removesuffix(";\n")) == [list(place) for place in found]
