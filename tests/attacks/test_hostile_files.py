"""Files that somebody made so that looking into them ends in an error, never, or with something that is not said."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from limen.cli import data
from limen.data.detectors.every import DETECTORS
from limen.data.documents import WhyNot
from limen.data.extraction.pool import Pool
from limen.data.files import files_below, scan_file
from limen.data.inspection import Inspection
from limen.data.scanning.scanner import Scanner

_IBAN = b"DE89 3704 0044 0532 0130 00\n"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner([DETECTORS["iban"]], key=b"k" * 32)


@pytest.fixture(scope="module")
def pool(scanner: Scanner) -> Iterator[Pool]:
    pool = Pool(scanner, workers=1)
    yield pool
    pool.close()


@pytest.fixture
def inspection(scanner: Scanner, pool: Pool) -> Inspection:
    return Inspection(scanner, pool)


class _Meanwhile:
    """A pool beside which somebody changes a file that was opened, before it is looked into."""

    def __init__(self, pool: Pool, path: Path, text: bytes) -> None:
        self._pool, self._path, self._text = pool, path, text

    def inspect(self, *order: Any) -> Any:
        self._path.write_bytes(self._text)
        return self._pool.inspect(*order)


@pytest.mark.parametrize(("text", "found"), [(b"\n", 0), (_IBAN * 9_000, 500)])
def test_a_file_that_is_cut_or_grows_meanwhile_is_read_as_far_as_it_went(
    scanner: Scanner, pool: Pool, tmp_path: Path, text: bytes, found: int
) -> None:
    file = tmp_path / "changes.txt"
    file.write_bytes(b"\n" * 100_000 + _IBAN * 500)
    if found:
        text = b"\n" * 100_000 + text
    meanwhile: Any = _Meanwhile(pool, file, text)
    scanned = scan_file(Inspection(scanner, meanwhile), file)
    assert scanned.inspected is not None
    assert len(scanned.inspected.found.findings) == found


@pytest.mark.parametrize("planted", ["pipe", "link"])
def test_what_takes_a_files_place_after_it_was_listed_is_not_opened(
    inspection: Inspection, tmp_path: Path, planted: str
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
    scanned = scan_file(inspection, listed)
    assert scanned.error
    assert scanned.inspected is None


def test_devices_and_what_the_kernel_makes_up_are_no_files(inspection: Inspection) -> None:
    assert scan_file(inspection, Path("/dev/zero")).error
    made_up = scan_file(inspection, Path("/proc/self/maps")).inspected
    assert made_up is not None
    assert made_up.kind == "empty"


def test_a_file_of_terabytes_that_are_not_there_is_named(inspection: Inspection, tmp_path: Path) -> None:
    file = tmp_path / "huge.txt"
    with file.open("wb") as huge:
        huge.write(_IBAN * 1000)
        huge.truncate(1 << 40)
    if file.stat().st_blocks * 512 > 1 << 30:
        pytest.skip("this file system has no holes")
    inspected = scan_file(inspection, file).inspected
    assert inspected is not None
    assert inspected.why_not == {WhyNot.TOO_LARGE}


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
    inspection: Inspection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    assert scan_file(inspection, found[1]).error


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
        return self._counted(self._expression.search(text, at, until), text, at, until)

    def match(self, text: bytes, at: int, until: int) -> re.Match[bytes] | None:
        return self._counted(self._expression.match(text, at, until), text, at, until)

    def _counted(self, found: re.Match[bytes] | None, text: bytes, at: int, until: int) -> re.Match[bytes] | None:
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
    (one,) = scanner._looks.sought
    counted, rough = _Counted(one.expression), _Counted(one.rough) if one.rough is not None else None
    scanner._looks.sought[0] = replace(one, expression=counted, rough=rough)  # type: ignore[arg-type]
    scanner.text(text)
    searched = counted.searched + (rough.searched if rough is not None else 0)
    assert len(text) // 2 < searched < 4 * len(text)
