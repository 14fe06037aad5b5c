"""A node that lies to another about its journal, and hands on the disk that holds a copy: found, each time.

Whoever has the journal's key can write a history of their own; the copy that others have already still shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.storage.journal.conftest import KEYS, NOW
from tests.storage.journal.copied import Node, nodes

from limen.clock import SetClock
from limen.events import Event
from limen.storage.errors import CopyRefusedError, JournalBusyError
from limen.storage.journal import Journal, verify
from limen.storage.journal.chain import ERASED
from limen.storage.journal.chain_copy import COPY_FILE, CopyState
from limen.storage.journal.checkpoint import Sealed
from limen.storage.journal.held import lines_after
from limen.storage.segments.link import Signer
from limen.storage.segments.name import segments_in
from limen.storage.segments.signed import write_signed

FAILED = Event(at=NOW, kind="sign_in.failed")
OTHER_KEYS = (b"x" * 32,)


@pytest.fixture
def start(tmp_path: Path, clock: SetClock) -> Iterator[Callable[..., Node]]:
    with nodes(tmp_path, clock) as begin:
        yield begin


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def pair(start: Callable[..., Node]) -> tuple[Node, Node, list[bytes]]:
    """Two nodes, and the lines that the first has written; nothing is copied yet."""
    a, b = start("a"), start("b")
    for _ in range(4):
        a.record(FAILED, FAILED)
    return a, b, lines_after(a.root / "a", 0).splitlines(keepends=True)


LIES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a changed body": lambda raws: [raws[0], raws[1].replace(b"sign_in.failed", b"sign_in.failee"), *raws[2:]],
    "a line left out": lambda raws: [raws[0], *raws[2:]],
    "two lines exchanged": lambda raws: [raws[0], raws[2], raws[1], *raws[3:]],
    "the first batch left out": lambda raws: raws[4:],
    "a line twice": lambda raws: [*raws[:2], *raws[1:]],
    "an end that nobody signed": lambda raws: raws[:1],
    "something else": lambda _raws: [b"HTTP/1.1 200 OK\r\n"],
    "half a line": lambda raws: [*raws, raws[-1][:40]],
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_what_is_not_the_chain_is_not_taken(
    lie: Callable[[list[bytes]], list[bytes]], pair: tuple[Node, Node, list[bytes]]
) -> None:
    a, b, raws = pair
    with pytest.raises(CopyRefusedError):
        b.copies.take("a", b"".join(lie(raws)))
    b.copy_from(a)
    ((_, original),), ((_, copy),) = segments_in(a.root / "a"), segments_in(b.root / "a")
    assert copy.read_bytes() == original.read_bytes()


def test_lines_of_another_chain_or_key_are_not_taken(
    pair: tuple[Node, Node, list[bytes]], tmp_path: Path, clock: SetClock
) -> None:
    _, b, raws = pair
    with pytest.raises(CopyRefusedError):
        b.copies.take("c", b"".join(raws))
    forged = Journal.open(tmp_path / "forged", OTHER_KEYS, writer="a", clock=clock)
    forged.record(FAILED)
    forged.flush()
    with pytest.raises(CopyRefusedError):
        b.copies.take("a", lines_after(tmp_path / "forged" / "a", 0))
    forged.close()


def test_a_history_that_was_written_anew_under_the_right_key_is_found_by_the_copy(
    pair: tuple[Node, Node, list[bytes]], tmp_path: Path, clock: SetClock
) -> None:
    a, b, raws = pair
    b.copy_from(a)
    anew = Journal.open(tmp_path / "anew", KEYS, writer="a", clock=clock)
    for _ in range(20):
        anew.record(FAILED)
        anew.flush()
    assert verify(tmp_path / "anew", KEYS).ok
    with pytest.raises(CopyRefusedError):
        b.copies.take("a", lines_after(tmp_path / "anew" / "a", len(raws)))
    anew.close()


def test_nobody_else_writes_a_chain_that_this_node_writes(pair: tuple[Node, Node, list[bytes]]) -> None:
    _, b, _ = pair
    with pytest.raises(JournalBusyError):
        b.copies.take("b", b"anything")


def test_a_copy_is_not_begun_anew_on_the_word_of_who_has_no_key(pair: tuple[Node, Node, list[bytes]]) -> None:
    a, b, _ = pair
    b.copy_from(a)
    a_list = Sealed(writer="a", expired_n=1_000, expired_head="AAAA")
    write_signed(b.root / "forged.json", a_list, Signer("a", OTHER_KEYS))
    for raw in ((b.root / "forged.json").read_bytes(), b"{}", b"[]", b"\xff"):
        with pytest.raises(CopyRefusedError):
            b.copies.begin_at("a", raw)
    assert b.copies.has()["a"] == a.journal._writer._segment.link.n


def test_a_copy_that_was_changed_on_the_disk_is_found(pair: tuple[Node, Node, list[bytes]]) -> None:
    a, b, _ = pair
    b.copy_from(a)
    ((_, path),) = segments_in(b.root / "a")
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    body = lines[1][lines[1].index(b'"b":') + 4 : -2]
    for changed in (
        whole.replace(b"sign_in.failed", b"sign_in.failee", 1),
        b"".join([lines[0], lines[1].replace(body, ERASED), *lines[2:]]),
        b"".join(lines[:-2]),
    ):
        path.write_bytes(changed)
        assert not verify(b.root, KEYS).ok
    path.write_bytes(whole)
    assert verify(b.root, KEYS).ok


def test_a_journal_is_not_taken_for_a_copy_where_nobody_signed_that(
    pair: tuple[Node, Node, list[bytes]], clock: SetClock
) -> None:
    a, _, _ = pair
    a.close()
    write_signed(a.root / "a" / COPY_FILE, CopyState(writer="a", came_erased={1: 1}), Signer("a", OTHER_KEYS))
    ((_, path),) = segments_in(a.root / "a")
    lines = path.read_bytes().splitlines(keepends=True)
    body = lines[1][lines[1].index(b'"b":') + 4 : -2]
    path.write_bytes(b"".join([lines[0], lines[1].replace(body, ERASED), *lines[2:]]))
    assert not verify(a.root, KEYS).ok
