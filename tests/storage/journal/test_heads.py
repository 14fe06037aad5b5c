from __future__ import annotations

from pathlib import Path

import pytest

from limen.clock import DAY
from limen.storage import Database
from limen.storage.journal.checkpoint import Checkpoint
from limen.storage.journal.heads import HeadKeeper, NotedHead, miss_lost_lines, noted_heads, take_restored_heads
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.signed import CHECKPOINT_FILE, write_signed

SIGNER = Signer("main", (b"k" * 32,))
NOW = 1_800_000_000_000
FIVE = Link(5, b"h" * 44)


def checkpoint_at(tmp_path: Path, link: Link, writer: str = "main") -> bytes:
    reached = Checkpoint(writer=writer, n=link.n, h=link.head.decode(), segment=1, at=NOW)
    return write_signed(tmp_path / CHECKPOINT_FILE, reached, Signer(writer, SIGNER.keys))


def missed(database: Database, link: Link, now: int = NOW) -> str | None:
    found = database.write(lambda transaction: miss_lost_lines(transaction, SIGNER, link, now, 90 * DAY))
    return found and found.reason


def heads(database: Database) -> list[NotedHead]:
    return database.read(noted_heads)


def test_only_the_newest_checkpoint_is_kept(database: Database, tmp_path: Path) -> None:
    keeper = HeadKeeper(database, "main")
    for n in (4, 5):
        keeper.take(checkpoint_at(tmp_path, Link(n, FIVE.head)))
        keeper.keep()
        keeper.keep()
    (one,) = heads(database)
    found = one.genuine(SIGNER)
    assert found is not None
    assert (found.link, one.lost_at) == (FIVE, 0)
    assert one.genuine(Signer("main", (b"x" * 32,))) is None


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (FIVE, None),
        (Link(9, b"n" * 44), None),
        (Link(5, b"x" * 44), "journal-lost"),
        (Link(4, b"h" * 44), "journal-lost"),
        (start_of("main"), "journal-lost"),
    ],
)
def test_a_start_misses_what_the_journal_does_not_reach(
    database: Database, tmp_path: Path, end: Link, reason: str | None
) -> None:
    assert missed(database, end) is None
    keeper = HeadKeeper(database, "main")
    keeper.take(checkpoint_at(tmp_path, FIVE))
    keeper.keep()
    assert missed(database, end) == reason
    assert missed(database, end) is None
    assert [each.lost_at for each in heads(database)] == [NOW if reason else 0]
    assert missed(database, end, NOW + 91 * DAY) is None
    assert [each.lost_at for each in heads(database)] == ([] if reason else [0])


def test_another_chains_checkpoint_is_not_taken_for_this_ones(database: Database, tmp_path: Path) -> None:
    keeper = HeadKeeper(database, "main")
    keeper.take(checkpoint_at(tmp_path, FIVE, "second"))
    keeper.keep()
    assert missed(database, FIVE) == "head-changed"


def test_after_a_restore_the_heads_are_those_of_its_journal(database: Database, tmp_path: Path) -> None:
    keeper = HeadKeeper(database, "main")
    keeper.take(checkpoint_at(tmp_path, FIVE))
    keeper.keep()
    (tmp_path / "journal" / "other").mkdir(parents=True)
    raw = checkpoint_at(tmp_path / "journal" / "other", Link(2, FIVE.head), "other")
    database.write(lambda transaction: take_restored_heads(transaction, tmp_path / "journal"))
    assert heads(database) == [NotedHead("other", 0, raw)]
