"""A log file is read on from its place: as it grows, when it is renamed, cut, and when it is none."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from limen_agent.logs import tail
from limen_agent.logs.tail import LONGEST_LINE, MOST_SENT, Place, is_allowed, read_on


@pytest.fixture(autouse=True)
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tail, "ALLOWED", tmp_path)
    path = tmp_path / "auth.log"
    path.write_text("old\n")
    return path


def write(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_it_begins_at_the_end_and_reads_whole_lines_as_they_come(log: Path) -> None:
    lines, place = read_on(str(log), Place())
    assert lines == []
    write(log, "one\ntwo\nhal")
    lines, place = read_on(str(log), place)
    assert lines == ["one", "two"]
    assert read_on(str(log), place) == ([], place)
    write(log, "f\n\n")
    assert read_on(str(log), Place.of(place.said()))[0] == ["half"]


def test_what_was_renamed_is_read_to_its_end_first(log: Path) -> None:
    _, place = read_on(str(log), Place())
    write(log, "one\nlast without an end")
    log.rename(log.with_name("auth.log.1"))
    log.write_text("new\n")
    found = []
    for _ in range(4):
        lines, place = read_on(str(log), place)
        found += lines
    assert found == ["one", "last without an end", "new"]


def test_what_was_cut_is_read_from_its_start(log: Path) -> None:
    write(log, "a long line that will be gone\n")
    _, place = read_on(str(log), Place())
    log.write_text("new\n")
    assert read_on(str(log), place)[0] == ["new"]


def test_what_was_rotated_away_twice_is_passed_over(log: Path) -> None:
    _, place = read_on(str(log), Place())
    write(log, "lost\n")
    log.unlink()
    log.write_text("new\n")
    if log.stat().st_ino == place.inode:
        pytest.skip("the file system gives the same number again")
    lines, place = read_on(str(log), place)
    assert (lines, read_on(str(log), place)[0]) == ([], ["new"])


def test_long_lines_are_cut_and_no_message_is_too_long(log: Path) -> None:
    _, place = read_on(str(log), Place())
    write(log, "x" * 100_000 + "\n" + "\x01" * 15_000 + "\n" + "y\n" * 2_000)
    found: list[str] = []
    for _ in range(50):
        lines, place = read_on(str(log), place)
        assert sum(len(json.dumps(line)) for line in lines) <= MOST_SENT
        found += lines
    assert max(map(len, found)) <= LONGEST_LINE
    assert found.count("y") == 2_000


@pytest.mark.parametrize("path", ["/etc/shadow", "/var/log/../../etc/shadow", "relative.log", "\0", "/" + "a" * 10_000])
def test_only_logs_are_read_whatever_is_asked_for(path: str) -> None:
    assert not is_allowed(path)
    assert read_on(path, Place(1, 0)) == ([], Place(1, 0))


def test_neither_links_nor_pipes_are_read(log: Path, tmp_path: Path) -> None:
    secret = tmp_path.parent / "secret"
    secret.write_text("secret\n")
    link = tmp_path / "link.log"
    link.symlink_to(secret)
    assert not is_allowed(str(link))
    inside = tmp_path / "inside.log"
    inside.symlink_to(log)
    pipe = tmp_path / "pipe.log"
    os.mkfifo(pipe)
    for path in (inside, pipe, tmp_path):
        with pytest.raises(OSError):
            read_on(str(path), Place())


@pytest.mark.parametrize("said", [None, [], {}, {"inode": "1", "offset": 1}, {"inode": True, "offset": 1}])
def test_a_place_that_is_none_is_none(said: object) -> None:
    assert Place.of(said) == Place()
