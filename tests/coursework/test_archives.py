"""Zip files: nothing leaves the folder, nothing fills the disk, and what is wrong is said."""

from __future__ import annotations

import io
import stat
import time
import zipfile

import pytest

from weightinit_course.archives import BadArchive, is_zip, unpack


def archive(tmp_path, *members):
    """A zip file of (name or ZipInfo, content)."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unpacked(path, tmp_path, most=10, largest=2**20):
    unpack(path, tmp_path / "out", most=most, largest=largest)
    return files(tmp_path / "out")


def test_files_come_out_with_their_times(tmp_path):
    info = zipfile.ZipInfo("deep/er/ps2.ipynb", (2027, 3, 1, 23, 58, 0))
    path = archive(
        tmp_path, (info, b"x"), ("empty/", b""), ("__MACOSX/._ps2", b"m"), (".hidden/x", b"h"), ("./y", b"y")
    )
    assert unpacked(path, tmp_path) == {"deep/er/ps2.ipynb": b"x", "y": b"y"}
    when = (tmp_path / "out" / "deep" / "er" / "ps2.ipynb").stat().st_mtime
    assert time.localtime(when)[:5] == (2027, 3, 1, 23, 58)
    assert is_zip(path) and not is_zip(tmp_path / "a.tar")


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:\\x", "..\\x"])
def test_nothing_leaves_the_folder(name, tmp_path):
    path = archive(tmp_path, ("ps2.ipynb", b"x"), (name, b"evil"))
    with pytest.raises(BadArchive, match="leads out of it"):
        unpacked(path, tmp_path)
    assert files(tmp_path).keys() == {"a.zip"}


def test_a_link_is_not_made(tmp_path):
    link = zipfile.ZipInfo("ps2.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert unpacked(archive(tmp_path, (link, b"/etc/passwd"), ("y", b"y")), tmp_path) == {"y": b"y"}


def test_a_bomb_is_known_before_it_goes_off(tmp_path):
    path = archive(tmp_path, ("a", bytes(2**20)), ("b", bytes(2**20)))
    assert path.stat().st_size < 5000
    with pytest.raises(BadArchive, match="holds more than 1 MB"):
        unpacked(path, tmp_path)
    with pytest.raises(BadArchive, match="holds more than 1 files"):
        unpacked(path, tmp_path, most=1, largest=2**30)
    assert files(tmp_path).keys() == {"a.zip"}


def test_a_file_yields_no_more_than_it_declares(tmp_path):
    data = bytearray(archive(tmp_path, ("a", bytes(2**20))).read_bytes())
    size = (2**20).to_bytes(4, "little")
    assert data.count(size) == 2
    (tmp_path / "a.zip").write_bytes(data.replace(size, (10).to_bytes(4, "little")))
    with pytest.raises(BadArchive, match="cannot be unpacked"):
        unpacked(tmp_path / "a.zip", tmp_path)
    assert sum(map(len, files(tmp_path / "out").values())) <= 10


def test_names_of_other_systems(tmp_path):
    plain = zipfile.ZipInfo("Zoë/ps2.ipynb")
    path = archive(tmp_path, (plain, b"x"), ("a\\b.txt", b"y"))
    data = path.read_bytes()
    flagged = data.count(b"\x00\x08")  # the flag that says UTF-8: some programs forget it
    assert flagged
    path.write_bytes(data.replace(b"\x14\x00\x00\x08", b"\x14\x00\x00\x00"))
    assert unpacked(path, tmp_path) == {"Zoë/ps2.ipynb": b"x", "a/b.txt": b"y"}


def test_a_password_and_a_broken_file_are_said(tmp_path):
    data = archive(tmp_path, ("a", b"x")).read_bytes()
    locked = io.BytesIO(data).getvalue().replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    (tmp_path / "a.zip").write_bytes(
        locked.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    )
    with pytest.raises(BadArchive, match="locked with a password"):
        unpacked(tmp_path / "a.zip", tmp_path)
    (tmp_path / "a.zip").write_bytes(data[:20])
    with pytest.raises(BadArchive, match=r"cannot be unpacked \(BadZipFile\)"):
        unpacked(tmp_path / "a.zip", tmp_path)
