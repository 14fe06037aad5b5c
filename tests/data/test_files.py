"""Files on a disk: which are read, and in which line something is."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from limen.data.detectors.every import DETECTORS
from limen.data.files import PIECE, files_below, scan_file
from limen.data.scanning.scanner import Scanner

_IBAN = "DE89 3704 0044 0532 0130 00"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner([DETECTORS["iban"]], key=b"k" * 32)


def test_lines_are_counted_across_pieces(scanner: Scanner, tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    filler = "nothing of note\n" * (PIECE // 16 + 5)
    file.write_text(f"first {_IBAN}\n{filler}second {_IBAN}\n{_IBAN}")
    assert scan_file(scanner, file).lines == (1, PIECE // 16 + 7, PIECE // 16 + 8)


@pytest.mark.parametrize(
    ("mark", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (b"", "utf-8")]
)
def test_text_of_windows_is_read(scanner: Scanner, tmp_path: Path, mark: bytes, encoding: str) -> None:
    file = tmp_path / "of-windows.txt"
    file.write_bytes(mark + f"Größe\r\n{_IBAN}\r\n".encode(encoding))
    assert scan_file(scanner, file).lines == (2,)


def test_what_is_no_text_is_named(scanner: Scanner, tmp_path: Path) -> None:
    file = tmp_path / "picture.bin"
    file.write_bytes(b"\x89PNG\0" + _IBAN.encode())
    assert scan_file(scanner, file).why_not
    assert scan_file(scanner, tmp_path).why_not
    assert scan_file(scanner, tmp_path / "gone.txt").why_not


def test_links_lead_out_of_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "two.txt").write_text("2")
    (tmp_path / "a" / "one.txt").write_text("1")
    (tmp_path / "outside.txt").write_text("3")
    (tmp_path / "a" / "link.txt").symlink_to(tmp_path / "outside.txt")
    (tmp_path / "a" / "around").symlink_to(tmp_path)
    assert [one.name for one in files_below([tmp_path / "a"])] == ["one.txt", "two.txt"]
    assert list(files_below([tmp_path / "outside.txt"])) == [tmp_path / "outside.txt"]
