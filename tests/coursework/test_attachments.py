"""A photo of a derivation reaches the marker, whatever it is called; what is no picture is said and stops nothing."""

from __future__ import annotations

import base64
import io
import time

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from PIL import Image

from weightinit_course import attachments, pictures
from weightinit_course.attachments import Album
from weightinit_course.cells import assemble
from weightinit_course.examples.answers import blank
from weightinit_course.problem_set import grader


def picture(kind="PNG", size=(3, 2)):
    file = io.BytesIO()
    Image.new("RGB", size).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


PNG = picture()


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("page.png", "![page](attachment:page.png)"),
        ("my page.png", "![](attachment:my%20page.png)"),
        ("my page.png", "![](attachment:my page.png)"),
        ("Bild (1) ä.png", '<img src="attachment:Bild (1) ä.png" width="200">'),
        ("Bild ä.png", "![](attachment:Bild%20%C3%A4.png)"),
        ('"><script>.png', '![](attachment:"><script>.png)'),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_of_every_name_and_kind_are_kept(name, reference, kind):
    album = Album()
    data = picture(kind)
    source, kept = album.keep(f"See {reference}.", {name: {"image/png": data}}, "cell 1")
    ours = f"picture-1.{kind.lower()}"
    assert kept == {ours: {f"image/{kind.lower()}": data}} and album.remarks == []
    assert f"attachment:{ours}" in source and source.count("attachment:") == 1 and name not in source


def test_names_that_begin_alike_do_not_take_each_others_place():
    source, kept = Album().keep(
        "![](attachment:a) ![](attachment:a.png)", {"a": {"image/png": PNG}, "a.png": {"image/gif": [PNG]}}, "cell 1"
    )
    assert source == "![](attachment:picture-2.png) ![](attachment:picture-1.png)" and len(kept) == 2


@pytest.mark.parametrize(
    ("bundle", "why"),
    [
        ({"image/png": base64.b64encode(b"<svg onload='alert(1)'>").decode()}, "is no PNG"),
        ({"image/svg+xml": "<svg onload='alert(1)'/>"}, "is no PNG"),
        ({"image/png": "no base64!"}, "is no PNG"),
        ({"text/html": "<script>"}, "is no PNG"),
        ({"image/png": 3}, "is no PNG"),
        (3, "is no PNG"),
        ({"image/png": "A" * (attachments.LARGEST * 4 // 3 + 8)}, "is too large (6.0 MB)"),
    ],
)
def test_what_is_no_picture_becomes_words(bundle, why):
    album = Album()
    source, kept = album.keep("![proof](attachment:x.png)", {"x.png": bundle}, "the answer 'ps2-sum'")
    assert source == "(a picture that is not shown here: proof)" and kept == {}
    (remark,) = album.remarks
    assert remark.startswith("the answer 'ps2-sum' shows an attached picture that ") and why in remark


def test_too_many_pixels_and_too_many_bytes_together(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 5)
    album = Album()
    album.keep("![](attachment:x)", {"x": {"image/png": PNG}}, "cell 1")
    assert "too many pixels" in album.remarks[0]
    monkeypatch.setattr(pictures, "MOST_PIXELS", 6)
    monkeypatch.setattr(attachments, "LARGEST_SUM", len(PNG))
    album = Album()
    _, kept = album.keep("![](attachment:x) ![](attachment:y)", {n: {"image/png": PNG} for n in "xy"}, "cell 1")
    assert len(kept) == 1 and "is too large" in album.remarks[0]


def test_a_reference_that_leads_nowhere_is_said_and_breaks_no_page():
    album = Album()
    text = "![a](attachment:gone.png) <img src='attachment:b.png'> [c]: attachment:d ![e](photos/e.png)"
    source, kept = album.keep(text, {"other": {"image/png": PNG}}, "cell 4")
    assert kept == {} and "(a picture that is not shown here: a)" in source
    assert album.remarks == [
        "cell 4 shows an attached picture that is not in the file; ask for it",
        "cell 4 shows the picture 'photos/e.png', which was not handed in; ask for it",
    ]
    HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)]))


def test_answers_and_own_cells_keep_their_pictures_and_nbconvert_shows_them(ps2):
    notebook = blank(ps2)
    answer = next(cell for cell in notebook.cells if grader(cell).get("grade_id") == "ps2-sum")
    answer.source, answer.attachments = "![paper](attachment:my paper.png)", {"my paper.png": {"image/png": PNG}}
    beside = nbformat.v4.new_markdown_cell(answer.source, attachments={"my paper.png": {"image/png": picture("JPEG")}})
    notebook.cells.append(beside)
    cells, remarks, empty = assemble(notebook, ps2)
    assert "ps2-sum" not in empty and "ps2-words" not in empty
    shown = [cell for cell in cells if cell.get("attachments")]
    assert [list(cell.attachments) for cell in shown] == [["picture-1.png"], ["picture-2.jpeg"]]
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=shown))
    assert f"data:image/png;base64,{PNG}" in page and "data:image/jpeg;base64," in page
    assert remarks == ["the answer 'ps2-words' is empty; what stands in own cells is left to the marker"]


@pytest.mark.parametrize("piece", ["![", "[", "![a](attachment:", "![]("])
def test_a_text_of_brackets_takes_no_longer_than_another(piece):
    start = time.process_time()
    Album().keep(piece * 100_000, {}, "cell 1")
    assert time.process_time() - start < 20  # seconds; it took minutes, four times as many for twice the length
