"""What a submission shows has an end, whatever its own process says of its size, and holds no script."""

from __future__ import annotations

import base64
import struct
import zlib

import nbformat

from weightinit_course import outputs
from weightinit_course.outputs import CUT, Shown


def png(width: int = 1, height: int = 1, more: int = 0) -> str:
    """A picture of that size, as far as anybody reads it, and so many bytes more."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", bytes(more))).decode()


PNG = png()


def test_texts_and_pictures_are_shown_as_what_they_are():
    items = [{"stream": "text\n"}, {"text/plain": "3", "text/html": "<script>"}, {"text/plain": "f", "image/png": PNG}]
    first, second, third = Shown().of({"outputs": items})
    assert first == nbformat.v4.new_output("stream", name="stdout", text="text\n")
    assert second.data == {"text/plain": "3"}
    assert third.data["text/html"] == f'<img alt="a figure of the submission" src="data:image/png;base64,{PNG}">'


def test_nothing_of_another_kind_is_shown():
    assert Shown().of({}) == Shown().of({"outputs": 3}) == Shown().of({"outputs": [3, "x", None]}) == []
    (only,) = Shown().of({"outputs": [{"text/plain": "x", "image/png": '"><script>'}]})
    assert only.data == {"text/plain": "x (The picture is not shown: it is no picture.)"}
    (svg,) = Shown().of({"outputs": [{"image/svg+xml": "<svg onload='alert(1)'/>"}]})
    assert "alert" not in svg.data["text/html"]
    (bomb,) = Shown().of({"outputs": [{"text/plain": "x", "image/png": png(30_000, 30_000)}]})
    assert bomb.data == {"text/plain": "x (The picture is not shown: it has too many pixels.)"}


def test_the_number_and_the_sum_of_a_cell_and_of_a_notebook_have_an_end():
    cell = Shown().of({"outputs": [{"stream": "x" * 10**6}] * 2500})
    assert len(cell) == outputs.MOST_OUTPUTS + 1 and cell[-1].text == CUT
    assert len(cell[0].text) == outputs.LONGEST_TEXT
    shown, picture = Shown(), png(more=outputs.LARGEST_PICTURE * 3 // 4 - 48)
    cells = [shown.of({"outputs": [{"image/png": picture}] * 20}) for _ in range(10)]
    assert [len(one) for one in cells[:2]] == [3, 3] and all(one[-1].text == CUT for one in cells)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=one) for one in cells])
    assert len(nbformat.writes(notebook)) < 5_000_000
