"""Processes that look into documents: kept warm, and replaced when a document ends one."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from typing import IO

import pytest
from tests.data.extraction import made
from tests.data.labels import made as labels

from limen.data.documents import Inspected, WhyNot
from limen.data.extraction.labelling import with_label
from limen.data.extraction.limits import Limits
from limen.data.extraction.pool import Pool
from limen.data.labels.model import WhyNoLabel


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(made.scanner(), workers=1, limits=Limits(seconds=2))
    yield pool
    pool.close()


def _file(data: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the pool closes it
    file.write(data)
    file.flush()
    return file


def _looked_into(pool: Pool, data: bytes, name: str = "") -> Inspected:
    return pool.inspect(_file(data), len(data), name).result(120)


def test_every_kind_is_read_there_as_here(pool: Pool) -> None:
    """In a process that can import nothing any more: what is needed for any kind is there before."""
    for make in made.DOCUMENTS.values():
        data = make()
        assert _looked_into(pool, data, "a name") == made.inspected(data, "a name")
    assert len(pool.pids) == 1


def test_a_process_that_is_killed_fails_one_document_and_no_other(pool: Pool) -> None:
    _looked_into(pool, b"text")
    [before] = pool.pids
    os.kill(before, signal.SIGSTOP)  # so that the document is there when it is killed
    waiting: Future[Inspected] = pool.inspect(_file(b"text"), 4)
    os.kill(before, signal.SIGKILL)
    assert waiting.result(60).why_not in ({WhyNot.FAILED}, set())
    assert _looked_into(pool, made.word()) == made.inspected(made.word())
    assert before not in pool.pids


def test_one_that_hangs_is_ended(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    _looked_into(pool, b"text")
    [before] = pool.pids
    monkeypatch.setattr("limen.data.extraction.pool._WALL", 0.05)
    os.kill(before, signal.SIGSTOP)
    assert _looked_into(pool, b"text").why_not == {WhyNot.TIMED_OUT}
    monkeypatch.undo()
    assert _looked_into(pool, b"text").why_not == set()
    assert before not in pool.pids


def test_more_than_may_wait_and_a_closed_one_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.data.extraction.pool.MOST_WAITING", 0)
    closed = Pool(made.scanner())
    assert _looked_into(closed, b"text").why_not == {WhyNot.TIMED_OUT}
    closed.close()
    assert _looked_into(closed, b"text").why_not == {WhyNot.FAILED}


def test_who_gives_up_takes_nobodys_place(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool._turns, "_most", 3)
    [busy] = pool.pids
    os.kill(busy, signal.SIGSTOP)
    running = pool.inspect(_file(b"text"), 4)
    for _ in range(9):
        file = _file(b"text")
        assert pool.inspect(file, 4).cancel()
        assert file.closed
    os.kill(busy, signal.SIGCONT)
    assert running.result(60).why_not == set()


def test_somebody_with_many_slow_documents_has_nobody_wait_for_all_of_them() -> None:
    pool = Pool(made.scanner(), workers=2)
    _looked_into(pool, b"text")
    [busy] = pool.pids
    os.kill(busy, signal.SIGSTOP)
    slow = [pool.inspect(_file(b"text"), 4, owner="ann") for _ in range(30)]
    assert pool.inspect(_file(b"text"), 4, owner="bob").result(60).why_not == set()
    assert not any(one.done() for one in slow)
    os.kill(busy, signal.SIGCONT)
    assert all(one.result(60).why_not == set() for one in slow)
    pool.close()


def test_a_process_is_replaced_after_many_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.data.extraction.pool.MOST_DOCUMENTS", 2)
    pool = Pool(made.scanner(), workers=1)
    assert [_looked_into(pool, b"text").why_not for _ in range(5)] == [set()] * 5
    pool.close()


def test_labels_are_written_there_as_here_and_one_that_is_killed_writes_none(pool: Pool) -> None:
    """Where nothing can be imported or opened any more."""
    for kind, make in labels.ALL.items():
        data = make()
        written = pool.with_label(_file(data), len(data), "internal", "x" * 40).result(120)
        assert written == with_label(data, "internal", "x" * 40), kind
    [before] = pool.pids
    os.kill(before, signal.SIGSTOP)
    waiting = pool.with_label(_file(b"text"), 4, "internal", "")
    os.kill(before, signal.SIGKILL)
    answer = waiting.result(60)
    assert (answer.data, answer.why_not in {WhyNoLabel.BROKEN, WhyNoLabel.NO_ROOM}) == (b"", True)


def test_what_is_closed_writes_no_label() -> None:
    closed = Pool(made.scanner())
    closed.close()
    assert closed.with_label(_file(b"text"), 4, "internal", "").result(1).why_not is WhyNoLabel.BROKEN
