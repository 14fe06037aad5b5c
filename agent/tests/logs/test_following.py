"""What Limen wants of the logs is read and sent, and nothing is passed over that it does not have."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from limen_agent.logs import following as module, systemd_journal, tail
from limen_agent.logs.following import FILE, Following
from limen_agent.state.folder import StateFolder
from limen_agent.wire.connection import Answer, RefusedError, UnreachableError


class Limen:
    """A FAKE of the client: it takes lines, or refuses them."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, bool]] = []
        self.wrong: Exception | None = None
        self.wants: Any = None

    def logs(self, source: str, lines: list[str], *, journal: bool) -> Answer:
        if self.wrong is not None:
            raise self.wrong
        self.lines += [(source, line, journal) for line in lines]
        return Answer(200, {"logs": self.wants} if self.wants is not None else {})


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tail, "ALLOWED", tmp_path / "log")
    path = tmp_path / "log" / "auth.log"
    path.parent.mkdir()
    path.write_text("old\n")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


def following(limen: Limen, folder: StateFolder, *files: Path, said: list[str] | None = None) -> Following:
    made = Following(limen, folder, (said if said is not None else []).append)  # type: ignore[arg-type]
    limen.wants = [{"source": "laptops", "files": [str(file) for file in files]}]
    made.want(limen.wants)
    return made


def test_it_goes_on_where_it_was_after_a_restart(log: Path, folder: StateFolder) -> None:
    limen = Limen()
    first = following(limen, folder, log)
    assert first.look_once() is False
    with log.open("a") as file:
        file.write("one\ntwo\n")
    assert first.look_once() is True
    assert following(limen, folder, log).look_once() is False
    assert limen.lines == [("laptops", "one", False), ("laptops", "two", False)]
    assert folder.has(FILE)


def test_while_limen_can_not_be_reached_nothing_is_passed_over(log: Path, folder: StateFolder) -> None:
    limen = Limen()
    follows = following(limen, folder, log)
    follows.look_once()
    with log.open("a") as file:
        file.write("one\n")
    for wrong in (UnreachableError("gone"), RefusedError(503, "unavailable", "full", "")):
        limen.wrong = wrong
        with pytest.raises(type(wrong)):
            follows.look_once()
    limen.wrong = None
    assert follows.look_once() is True
    assert limen.lines == [("laptops", "one", False)]


def test_what_would_be_refused_again_is_passed_over(log: Path, folder: StateFolder) -> None:
    limen, said = Limen(), list[str]()
    follows = following(limen, folder, log, said=said)
    follows.look_once()
    with log.open("a") as file:
        file.write("one\n")
    limen.wrong = RefusedError(403, "refused", "no", "")
    follows.look_once()
    limen.wrong = None
    assert follows.look_once() is False
    assert len(said) == 1


def test_what_is_no_log_is_not_read_and_that_is_said_once(log: Path, folder: StateFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a\n")
    limen, said = Limen(), list[str]()
    follows = following(limen, folder, secret, log.with_name("missing.log"), said=said)
    follows.look_once()
    secret.write_text("a\nb\n")
    follows.look_once()
    assert (limen.lines, len(said)) == ([], 1)


@pytest.mark.parametrize("wanted", [None, "x", [1], [{}], [{"source": 1}], [{"source": "a", "files": "b"}], [[]] * 99])
def test_whatever_an_answer_says_it_goes_on(log: Path, folder: StateFolder, wanted: object) -> None:
    follows = following(Limen(), folder, log)
    follows.want(wanted)
    assert follows.look_once() is False


def test_the_loop_ends_when_it_is_stopped(log: Path, folder: StateFolder) -> None:
    stopping = threading.Event()
    thread = threading.Thread(target=following(Limen(), folder, log).run, args=(stopping,))
    thread.start()
    stopping.set()
    thread.join(60)
    assert not thread.is_alive()


def test_a_journal_that_hangs_is_said_and_tried_again_after_a_while(
    folder: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, reads, now = list[str](), list[str](), [100.0]

    def read_on(cursor: str) -> tuple[list[str], str, int]:
        reads.append(cursor)
        if len(reads) == 1:
            raise systemd_journal.HangsError
        return ["{}"], "s=1", 2

    monkeypatch.setattr(systemd_journal, "read_on", read_on)
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    follows = Following(Limen(), folder, said.append)  # type: ignore[arg-type]
    follows.want([{"source": "laptops", "journal": True}])
    assert [follows.look_once(), follows.look_once()] == [False, False]
    assert (len(reads), len(said)) == (1, 1)
    now[0] += module.AFTER_HANGING_S
    assert follows.look_once() is True
    assert (len(reads), len(said)) == (2, 2)
