"""Formulas as MathML that browsers draw well."""

from __future__ import annotations

import re

import pytest
from math_core import LatexToMathML

from weightinit_book.extensions.formulas import patch_mathml


def mathml(latex: str) -> str:
    return patch_mathml(LatexToMathML().convert_with_local_state(latex, displaystyle=False))


def test_a_prime_is_a_character_and_not_a_superscript():
    for latex, expected in (("f'", "f′"), (r"\varphi'(z)^2", "φ′(z)2"), ("f''", "f″"), ("f_l'", "f′l")):
        text = mathml(latex)
        assert re.sub("<[^>]*>", "", text) == expected
        assert not re.search(r"<msup>(?:(?!</msup>).)*′</mo></msup>", text)
    assert '<msubsup><mrow><mi>f</mi><mo lspace="0" rspace="0">′</mo></mrow><mi>l</mi>' in mathml("f_l'^2")
    assert '<msup><mrow><mi>φ</mi><mo lspace="0" rspace="0">′</mo></mrow><mrow><mn>2</mn></mrow></msup>' in mathml(
        r"\varphi'^2"
    )
    assert "<msup>" in mathml("x^2") and "msup" in mathml(r"\varphi'(z)^2")


def test_a_formula_without_anything_to_mend_is_left_alone():
    text = LatexToMathML().convert_with_local_state(r"x < y_{ij}^2 \text{a}", displaystyle=True)
    assert patch_mathml(text) == text


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{aligned} a &= b \\ &= c \end{aligned}", r"\operatorname{Var}[W_l] = \frac{2}{n_{l-1}+n_l}", r"\mathbb{E}",
        r"\begin{cases} x & x>0 \\ ax & x \le 0\end{cases}", r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", r"\mathcal{N}(0, \sigma^2)",
        r"\sqrt{\tfrac{6}{n}}", r"\prod_{l=1}^{L}", r"\Bigl[ \sum_i x_i \Bigr]", r"\underbrace{a}_{b}", r"\hat x \bar x \tilde W \vec v",
        r"\odot \top \approx \Longrightarrow \infty \partial \lVert h \rVert", r"\dfrac{\mathrm{d}C}{\mathrm{d}t}", r"\int_0^\infty e^{-z^2/2}",
    ],
)  # fmt: skip
def test_the_formulas_of_the_book_can_be_converted(latex):
    assert mathml(latex).startswith("<math")


def test_a_low_root_gets_a_strut_and_a_tall_one_none():
    low, tall = mathml(r"\sqrt{n}"), mathml(r"\sqrt{\frac{1}{n}}")
    assert '<msqrt><mrow><mspace width="0" height="0.78em" depth="0.2em"></mspace><mi>n</mi></mrow>' in low
    assert "<msqrt><mfrac>" in tall


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\Big(a\Big)^2", "<msup><mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow><mn>2</mn></msup>"),
        (r"b\bigl[\bigl(a\bigr)^2\bigr]", "<mi>b</mi><mo>[</mo><msup><mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow><mn>2</mn></msup><mo>]</mo>"),
        (r"\bigl|a\bigr|_1", "<msub><mrow><mo>|</mo><mi>a</mi><mo>|</mo></mrow><mn>1</mn></msub>"),
        (r"\big)^2 a", "<msup><mo>)</mo><mn>2</mn></msup><mi>a</mi>"),
        (r"\Big(a\Big) b", "<mo>(</mo><mi>a</mi><mo>)</mo><mi>b</mi>"),
    ],
)  # fmt: skip
def test_an_exponent_belongs_to_both_brackets(latex, expected):
    assert expected in re.sub(r"<mo [^>]*>", "<mo>", mathml(latex))


def test_the_indices_in_and_out_are_words():
    assert "<mi>in</mi></msub>" in mathml("n_{in}") and "<mi>out</mi></msup>" in mathml("d^{out}")
    assert "<mi>in</mi><mn>2</mn></msubsup>" in mathml("n_{in}^2")
    assert "<mrow><mi>i</mi><mi>j</mi></mrow>" in mathml("W_{ij}")


def test_a_circled_dot_is_no_large_operator():
    assert re.search(r'<mo [^>]*largeop="false">⊙</mo>', mathml(r"a \odot b"))


def test_the_style_of_a_part_is_that_of_an_element_which_may_have_one():
    text = mathml(r"\displaystyle \frac12")
    assert '<mstyle displaystyle="true"' in text and "<mrow displaystyle" not in text
