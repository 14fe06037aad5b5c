from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.mmdb import VIENNA, write_mmdb

from limen.monitor.places import files
from limen.monitor.places.files import PlaceFileError, open_database, open_list


def test_a_database_that_is_cut_short_under_its_reader_does_no_harm(tmp_path: Path) -> None:
    path = write_mmdb(tmp_path / "city.mmdb", {f"203.0.{number}.0/24": VIENNA for number in range(200)})
    database = open_database(path, tmp_path)
    os.truncate(path, 10)
    assert database.reader.get("203.0.113.7") == VIENNA
    assert sorted(one.name for one in tmp_path.iterdir()) == ["city.mmdb"]


@pytest.mark.parametrize("content", [b"", b"x" * 1_000, b"\xab\xcd\xefMaxMind.com" * 10])
def test_what_is_no_database_is_refused_without_its_content(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret.mmdb"
    path.write_bytes(content)
    with pytest.raises(PlaceFileError) as refused:
        open_database(path)
    assert "MMDB" in refused.value.what
    assert "x" * 10 not in refused.value.what


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path, tmp_path / "missing", tmp_path / "a\0b"):
        for open_it in (open_database, open_list):
            with pytest.raises(PlaceFileError):
                open_it(path)


def test_what_is_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_LIST", 10)
    monkeypatch.setattr(files, "LARGEST_DATABASE", 10)
    path = tmp_path / "list.txt"
    path.write_bytes(b"203.0.113.7\n")
    for open_it in (open_database, open_list):
        with pytest.raises(PlaceFileError, match="larger"):
            open_it(path)


def test_a_list_of_nothing_is_no_list(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"<html>503 Service Unavailable</html>\n")
    with pytest.raises(PlaceFileError, match="names no addresses"):
        open_list(path)
