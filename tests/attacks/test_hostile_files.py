"""Files that somebody made so that looking into them ends in an error, never, or with something that is not said."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from limen.cli import data
from limen.data import files
from limen.data.detectors.every import DETECTORS
from limen.data.files import NO_TEXT, files_below, scan_file
from limen.data.scanning.scanner import Scanner

_IBAN = b"DE89 3704 0044 0532 0130 00\n"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner([DETECTORS["iban"]], key=b"k" * 32)


class _Meanwhile:
    """A scanner beside which somebody changes the file, after it has looked at it."""

    def __init__(self, scanner: Scanner, path: Path, text: bytes) -> None:
        self._scanner, self._path, self._text = scanner, path, text

    def pieces(self, pieces: object) -> object:
        found = self._scanner.pieces(pieces)  # type: ignore[arg-type]
        self._path.write_bytes(self._text)
        return found


def test_a_file_that_is_cut_short_meanwhile_ends_nothing(scanner: Scanner, tmp_path: Path) -> None:
    file = tmp_path / "short.txt"
    file.write_bytes(b"\n" + _IBAN * 3)
    scanned = scan_file(_Meanwhile(scanner, file, b"\n"), file)  # type: ignore[arg-type]
    assert len(scanned.lines) == len(scanned.found.findings) == 3


def test_a_file_that_grows_as_fast_as_it_is_read_comes_to_an_end(
    scanner: Scanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PIECE", 1024)
    file = tmp_path / "grows.log"
    file.write_bytes(_IBAN * 100)
    looked = 0

    class _Grows(_Meanwhile):
        def pieces(self, pieces: object) -> object:
            nonlocal looked
            for piece in pieces:  # type: ignore[attr-defined]
                looked += len(piece)
                assert looked <= 10 * 100 * len(_IBAN)
                with self._path.open("ab") as more:
                    more.write(piece)
            return self._scanner.pieces([_IBAN])

    scan_file(_Grows(scanner, file, b""), file)  # type: ignore[arg-type]
    assert looked == 100 * len(_IBAN)


@pytest.mark.parametrize("planted", ["pipe", "link"])
def test_what_takes_a_files_place_after_it_was_listed_is_not_opened(
    scanner: Scanner, tmp_path: Path, planted: str
) -> None:
    folder, file = tmp_path / "shared", tmp_path / "shared" / "report.txt"
    folder.mkdir()
    (tmp_path / "secret.txt").write_bytes(_IBAN)
    file.write_bytes(_IBAN)
    [listed] = files_below([folder])
    file.unlink()
    if planted == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to(tmp_path / "secret.txt")
    scanned = scan_file(scanner, listed)
    assert scanned.why_not
    assert not scanned.found.findings


def test_a_pipe_swapped_in_at_the_last_moment_holds_nobody_up(
    scanner: Scanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_file", lambda self: True)
    os.mkfifo(tmp_path / "pipe")
    assert scan_file(scanner, tmp_path / "pipe").why_not


def test_devices_and_what_the_kernel_makes_up_are_no_files(scanner: Scanner) -> None:
    assert scan_file(scanner, Path("/dev/zero")).why_not
    assert not scan_file(scanner, Path("/proc/self/maps")).found.findings


def test_a_file_of_terabytes_that_are_not_there_is_named(scanner: Scanner, tmp_path: Path) -> None:
    file = tmp_path / "huge.txt"
    with file.open("wb") as huge:
        huge.write(_IBAN * 1000)
        huge.truncate(1 << 40)
    if file.stat().st_blocks * 512 > 1 << 30:
        pytest.skip("this file system has no holes")
    assert scan_file(scanner, file).why_not == NO_TEXT


def test_folders_in_folders_without_end_are_walked(tmp_path: Path) -> None:
    before = Path.cwd()
    depth = 1_200
    try:
        os.chdir(tmp_path)
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("deep.txt").write_text("x")
    finally:
        os.chdir(before)
    found = list(files_below([tmp_path]))
    assert len(found) == 1
    os.chdir(tmp_path)
    try:  # pytest's own clearing up takes such a depth badly
        for _ in range(depth):
            os.chdir("d")
        Path("deep.txt").unlink()
        for _ in range(depth):
            os.chdir("..")
            Path("d").rmdir()
    finally:
        os.chdir(before)


def test_a_folder_that_cannot_be_listed_is_named_and_never_left_out(
    scanner: Scanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "open.txt").write_text("x")
    really = os.scandir

    def refused(path: str | Path) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return really(path)

    monkeypatch.setattr(os, "scandir", refused)
    found = list(files_below([tmp_path]))
    assert [one.name for one in found] == ["open.txt", "closed"]
    assert scan_file(scanner, found[1]).why_not


def test_a_name_forges_no_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\nsafe.txt: it is no text\n2 files, none with finds\x1b[8m"
    (tmp_path / name).write_bytes(_IBAN)
    with pytest.raises(typer.Exit):
        data.run("scan", [tmp_path], kind=["bank"])
    assert len(capsys.readouterr().out.splitlines()) == 2
    with pytest.raises(typer.Exit):
        data.run("scan", [tmp_path], kind=["bank"], as_json=True)
    assert json.loads(capsys.readouterr().out)["file"] == str(tmp_path / name)


def test_a_name_that_is_no_text_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_bytes(_IBAN)
    for as_json in (False, True):
        with pytest.raises(typer.Exit):
            data.run("scan", [tmp_path], kind=["bank"], as_json=as_json)
    assert r"\udcff" in capsys.readouterr().out


class _Counted:
    """An expression, and how many bytes it was given to search in all."""

    def __init__(self, expression: re.Pattern[bytes]) -> None:
        self._expression = expression
        self.searched = 0

    def search(self, text: bytes, at: int, until: int) -> re.Match[bytes] | None:
        found = self._expression.search(text, at, until)
        self.searched += (found.end() if found else min(until, len(text))) - at
        return found


@pytest.mark.parametrize(
    ("detector", "text"),
    [
        ("email-address", b"@Wp.m.Rg.m.Rg.AA\n"),
        ("iban", b"DE89370400440532013001 "),
        ("payment-card", b"4111111111111112 "),
    ],
)
def test_a_text_of_what_is_nearly_a_find_is_not_searched_over_and_over(detector: str, text: bytes) -> None:
    scanner, text = Scanner([DETECTORS[detector]], key=b"k" * 32), text * 4_000
    counted = _Counted(scanner._sought[0].expression)
    scanner._sought[0] = replace(scanner._sought[0], expression=counted)  # type: ignore[arg-type]
    scanner.text(text)
    assert len(text) // 2 < counted.searched < 4 * len(text)
