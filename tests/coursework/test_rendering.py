"""What a student wrote, as HTML: as typed where it is mathematics or code, and harmless everywhere."""

from __future__ import annotations

import html
import re
import time

import nbformat
import pytest

from weightinit_course import formulas
from weightinit_course.rendering import LONGEST, TOO_LONG, Texts, output

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
LINKS = (  # spellings of a link that a browser would follow as javascript: or data:, and others that lead to this machine
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](<javascript:alert(1)>)",
    "[click](&#106;avascript:alert(1))",
    "[click](javascript&colon;alert(1))",
    "[click](java&#10;script:alert(1))",
    "[click](\x01javascript:alert(1))",
    "[click](vbscript:msgbox(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](data:image/svg+xml;base64,PHN2Zz4=)",
    "[click](file:///etc/passwd)",
    "[click](/api/terminals)",
    "[click](//tell.me/x)",
    "[click][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    '<a href="javascript:alert(1)">click</a>',
    "<a href='java&#x09;script:alert(1)'>click</a>",
    "<a href=&#x6A;avascript:alert(1)>click</a>",
    '<a href=" javascript:alert(1)">click</a>',
    '<a href="java\nscript:alert(1)">click</a>',
    "<math><a href='javascript:alert(1)'>click</a></math>",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\unknown{<a href='javascript:alert(1)'>x</a>}$",
)
HARMFUL = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<img src="http://tell.me/x.png">',
    "![x](http://tell.me/x.png)",
    "![x](//tell.me/x.png)",
    '![x](attachment:p.png"onerror="alert(1))',
    '![$x" onerror="alert(1)$](attachment:p.png)',
    '[$x" onclick="alert(1)$](http://a.b)',
    "<iframe src='http://tell.me'></iframe>",
    "<form action='/api'><input name='x'></form>",
    "<style>body { display: none }</style>",
    '<p style="position: fixed; background: url(http://tell.me)">x</p>',
    '<b class="full-credit" id="ps2-sum" data-toggle="x">x</b>',
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<link rel=stylesheet href=http://tell.me><base href=http://tell.me><meta http-equiv=refresh content=0>",
    "<details open ontoggle=alert(1)>x</details>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    r"$\text{<img src=x onerror=alert(1)>}$",
    r"$$\color{red;background:url(http://tell.me)}x$$",
    "```<script>alert(1)</script>\n<script>\n```",
    "<a\nhref='http://a.b'\nonclick='alert(1)'>x</a>",
    "\ue0000\ue001 and $x$ and \ue0005\ue001",
)


def rendered(source: str, **attachments: str) -> str:
    bundles = {name.replace("_", "."): {"image/png": data} for name, data in attachments.items()}
    return Texts().markdown(source, bundles)


def tags_and_attributes(page: str) -> list[tuple[str, str, str]]:
    """What a browser would find."""
    from html.parser import HTMLParser

    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.extend(
        (tag, name, value or "") for name, value in attributes or [("", "")]
    )
    parser.handle_startendtag = parser.handle_starttag
    parser.feed(page)
    return found


@pytest.mark.parametrize("source", [*LINKS, *HARMFUL])
def test_nothing_of_a_text_can_run_load_or_lead_anywhere_else(source):
    for tag, name, value in tags_and_attributes(rendered(source, p_png=PNG)):
        assert tag not in {"script", "iframe", "form", "input", "style", "svg", "link", "base", "meta"}
        assert not name.startswith(("on", "data-")) and name not in {"id", "action", "srcset"}
        assert name != "href" or re.match("https?://|mailto:|#", value), value
        assert name != "src" or value.startswith("data:image/"), value
        assert name != "class" or set(value.split()) <= {"formula", "display", "remark", "typed"}, value
        assert name != "style" or "url" not in value and "position" not in value, value


@pytest.mark.parametrize(
    "source", ["[a](https://a.b/c?d=e#f)", "<mailto:a@b.org>", "[up](#top)", "<a href='http://a.b'>x</a>"]
)
def test_an_honest_link_stays(source):
    assert [name for tag, name, _ in tags_and_attributes(rendered(source)) if tag == "a"][0] == "href"


# ---- as typed -------------------------------------------------------------------------------------------------------
def words(page: str) -> str:
    """The text that a reader sees."""
    return html.unescape(re.sub(r"<[^>]*>", "", page))


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("For $0<x<1$ and $i<j$", "For 0<x<1 and i<j"),
        ("$$\\sum_{i<n} a_i$$", "∑i<nai"),
        ("\\(a<b\\) \\\\(a<b\\\\) \\[a<b\\] \\\\[a<b\\\\]", "a<b a<b a<b a<b"),
        ("$$\n\\begin{aligned}\na &<b\\\\\n- c &> d\n\\end{aligned}\n$$", "a<b−c>d"),
        ("\\begin{align*}\na &<b\n\n\\end{align*}", "a<b"),
        ("`a<b` and `$` and `$x$`", "a<b and $ and $x$"),
        ("```\na<b & $c$\n```", "a<b & $c$\n\n"),
        ("    a<b $c$", "a<b $c$\n\n"),
        ("if a<b and c>d & e", "if a<b and c>d & e"),
        ("vector<b and c>", "vector<b and c>"),
        ("costs $5\n\nand $6", "costs $5\nand $6"),
        ("\\$5 and \\$6", "$5 and $6"),
        ("$a*b$ and $c*d$, $a_b$ $c_d$", "a*b and c*d, ab cd"),
        (r"$$\text{if $x<0$ or}$$", "if x<0 or"),
        (r"$x \tag{1}$ $\mbox{a}$", r"$x \tag{1}$ a"),
        (r"$$x \tag{1}$$", "x(1)"),
        (r"\begin{eqnarray} a&=&b \end{eqnarray}", "a=b"),
        (r"$\frobnicate{x}<1$", r"$\frobnicate{x}<1$"),
        ("| a |\n|---|\n| $|x|$ |", "a|x|"),
    ],
)
def test_mathematics_and_code_stay_as_they_were_typed(source, seen):
    def squeezed(text: str) -> str:
        return re.sub(r"[\s\u2061-\u2064]+", " ", text.replace("∗", "*")).strip()

    assert squeezed(words(rendered(source))).replace(" ", "") == squeezed(seen).replace(" ", "")


@pytest.mark.parametrize(
    "source", ["&#8238;001", "&#x202E;001", "`\u202e001`", r"$\text{&#8238;001}$", "$\u2067x$", "<b>&rlo;&#8294;</b>"]
)
def test_no_text_turns_the_direction_of_writing_round(source):
    assert not set(html.unescape(rendered(source))) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_a_formula_is_mathml_and_one_that_cannot_be_read_is_code():
    assert rendered("$x^2$").count("<math>") == 1 and "<msup>" in rendered("$x^2$")
    assert '<math display="block">' in rendered("$$x$$")
    assert rendered(r"$\frobnicate$") == '<p><code class="formula">$\\frobnicate$</code></p>\n'


def test_formulas_are_put_back_as_they_were_wherever_they_do_not_belong():
    assert 'alt="$x&lt;1$"' in rendered("![$x<1$](attachment:p.png)", p_png=PNG).replace("<1", "&lt;1")
    assert 'href="https://a.b/$c$"' in rendered("[$d$](https://a.b/$c$)")


# ---- pictures -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "source", ["![my photo](attachment:my photo (1).png)", "<img src='attachment:my photo (1).png'>"]
)
def test_a_picture_that_was_pasted_is_shown(source):
    page = Texts().markdown(source, {"my photo (1).png": {"image/png": PNG}})
    assert ("img", "src", f"data:image/png;base64,{PNG}") in tags_and_attributes(page)


def test_a_picture_in_the_text_itself_is_shown_and_does_not_count_as_text():
    page = rendered(f"a ![x](data:image/png;base64,{'iVBO' * LONGEST})")
    assert "<img" in page and TOO_LONG not in page


def test_a_picture_that_is_not_there_or_elsewhere_is_text():
    assert "(picture gone: it is not in the notebook)" in rendered("![gone](attachment:x.png)")
    page = rendered("![far](http://tell.me/x.png)")
    assert "<img" not in page and "picture elsewhere: far" in page and 'href="http://tell.me/x.png"' in page


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ({"image/png": PNG, "text/plain": "a figure"}, f'<img src="data:image/png;base64,{PNG}" alt="a figure">'),
        ({"image/svg+xml": "<svg onload='alert(1)'/>"}, '<img src="data:image/svg+xml;base64,'),
        ({"text/html": f'<img alt="a" src="data:image/png;base64,{PNG}">'}, f"base64,{PNG}"),
        ({"text/html": "<b onclick=alert(1)>x</b><script>alert(1)</script>"}, "<b>x</b>"),
        ({"text/plain": "<script>"}, "<pre>&lt;script&gt;</pre>"),
        ({"application/javascript": "alert(1)"}, "<pre></pre>"),
    ],
)
def test_an_output_is_a_picture_or_text(data, part):
    shown = output(nbformat.v4.new_output("display_data", data=data))
    assert part in shown and "script>alert" not in shown and "<svg" not in shown


@pytest.mark.parametrize("text", ["\x1b[38m", "\x1b[48mred\x1b[0m", "\x1b[31m", "\x1b]52;c;x\x07", "\x1b[2J"])
def test_colors_of_a_terminal_are_left_out(text):
    shown = output(nbformat.v4.new_output("stream", text=f"a{text}b<c"))
    assert "\x1b" not in shown and shown.startswith("<pre>a") and shown.endswith("b&lt;c</pre>")
    error = output(nbformat.v4.new_output("error", ename="E", evalue="", traceback=[f"a{text}<b"]))
    assert "\x1b" not in error and "&lt;b" in error


# ---- time -----------------------------------------------------------------------------------------------------------
PIECES = (
    r"\begin{a}", r"\begin{align}", r"\\(", r"\(", "$ ", "$$a", "$\n\n", "```\n", "~~~\n```\n", "`", "` ", "\n", "\\",
    "[", "![", "[a](", "*a_", "[a]: b\n", "a|", "|a|\n|-|\n", "<", "<b ", "<!--", "<b a=", "> ", "- a\n  ", "&#",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_takes_long(piece):
    start = time.process_time()
    formulas.take_out(piece * (100_000 // len(piece)))
    Texts().markdown(piece * (LONGEST // len(piece)))
    assert time.process_time() - start < 10  # the slowest takes a second; nbconvert took quadratic time for any length


def test_two_megabytes_of_formulas_that_never_end_take_no_hours():
    start = time.process_time()
    formulas.take_out(r"\begin{a}" * 220_000)
    Texts().markdown(r"\begin{a}" * 220_000)
    assert time.process_time() - start < 30  # one and a half here


def test_a_wide_table_takes_no_time():
    wide = "|" + "a|" * 140 + "\n|" + "-|" * 140 + "\n" + "a\n" * 6000
    start = time.process_time()
    rendered(wide)
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    "latex", ["{" * 9000 + "}" * 9000, r"\sqrt{" * 600 + "}" * 600, r"\newcommand{\a}{" + "x" * 3000 + "}" + r"\a" * 49]
)
def test_a_formula_that_is_deep_or_grows_stays_text(latex):
    assert "<math" not in rendered(f"$${latex}$$")


def test_what_is_too_long_is_shown_as_it_was_typed():
    text = "word <b> " * (LONGEST // 9 + 1)
    assert rendered(text) == f'<p class="remark">{TOO_LONG}</p><pre class="typed">{html.escape(text)}</pre>'
    texts = Texts()
    pages = [texts.markdown("word " * (LONGEST // 5)) for _ in range(12)]
    assert [TOO_LONG in page for page in pages] == [False] * 10 + [True] * 2
