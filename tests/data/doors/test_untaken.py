from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

from limen.data.doors import untaken
from limen.data.doors.judging import Verdict
from limen.data.doors.share_files import LONGEST_NOTE, ShareFile, opened
from limen.data.doors.untaken import Changing, Notes, Unread, Untaken
from limen.data.rules.model import Judged, Step

FILE = ShareFile(PurePosixPath("a"), 0, 0, 4, 5, (1, 2), 3)
BLOCKED = Verdict(Judged(Step.BLOCK), passes=False, event="e1")


def test_a_verdict_is_of_one_content_and_of_the_rules_of_then() -> None:
    kept = Untaken()
    kept.keep(FILE, "r1", BLOCKED)
    assert kept.verdict_of(replace(FILE, path=PurePosixPath("b")), "r1") is BLOCKED
    for other in (replace(FILE, size=5), replace(FILE, changed_ns=4), replace(FILE, identity=(1, 3))):
        assert kept.verdict_of(other, "r1") is None
    assert kept.verdict_of(FILE, "r2") is None
    kept.forget(FILE)
    assert kept.verdict_of(FILE, "r1") is None


def test_memory_stays_bounded(monkeypatch) -> None:
    monkeypatch.setattr(untaken, "MOST", 2)
    kept = Untaken()
    for number in range(3):
        kept.keep(replace(FILE, identity=(1, number)), "", BLOCKED)
    assert [kept.verdict_of(replace(FILE, identity=(1, number)), "") for number in range(3)] == [None, BLOCKED, BLOCKED]


def test_what_cannot_be_read_is_new_once(monkeypatch) -> None:
    monkeypatch.setattr(untaken, "MOST", 2)
    unread, path = Unread(), PurePosixPath("a")
    assert [unread.is_new(path), unread.is_new(path)] == [True, False]
    unread.forget(path)
    assert unread.is_new(path)
    assert [unread.is_new(PurePosixPath(one)) for one in ("b", "c", "a")] == [True, True, True]


def test_a_file_that_changes_is_known_by_what_it_is(monkeypatch) -> None:
    monkeypatch.setattr(untaken, "MOST", 2)
    changing = Changing()
    assert [changing.is_again(FILE), changing.is_again(replace(FILE, path=PurePosixPath("b"), size=9))] == [False, True]
    changing.forget(FILE)
    assert not changing.is_again(FILE)
    for number in range(5):
        assert not changing.is_again(replace(FILE, identity=(9, number)))
    assert not changing.is_again(FILE)


def test_a_note_is_one_while_it_holds_nothing_else(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(untaken, "MOST", 2)
    notes = Notes()
    notes.wrote("taken")
    for text, is_note in (("taken", True), ("takem", False), ("taken!", False), ("", False), ("x" * 99_999, False)):
        (tmp_path / "a").write_text(text)
        with opened(tmp_path, PurePosixPath("a")) as file:
            assert notes.holds(file) is is_note
    (tmp_path / "a").write_text("taken")
    notes.wrote("b")
    notes.wrote("c" * LONGEST_NOTE)
    with opened(tmp_path, PurePosixPath("a")) as file:
        assert not notes.holds(file)
