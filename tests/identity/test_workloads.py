from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.identity.workload_terms import terms

from limen.clock import DAY
from limen.errors import LimenError
from limen.facts import FactStore
from limen.identity import workloads
from limen.identity.model import Terms
from limen.identity.workloads import MARK, MAX_TOKENS, Issued, Workloads
from limen.storage import Feed
from limen.storage.database import Database

NOW = 1_790_000_000_000


@pytest.fixture
def database(where: str) -> Database:
    return Database.open(where)


@pytest.fixture
async def followed(database: Database) -> AsyncIterator[tuple[Feed, Workloads]]:
    feed = Feed(database, FactStore())
    known = workloads.follow(feed)
    await feed.start()
    yield feed, known
    await feed.stop()
    database.close()


def added(database: Database, name: str = "batch", days: int = 90) -> Issued:
    return workloads.add(database, name, ["wiki"], [], days, NOW, terms=terms(NOW), by="server")


async def test_a_token_is_its_workloads_until_it_is_over(database: Database, followed: tuple[Feed, Workloads]) -> None:
    feed, known = followed
    issued = added(database)
    await feed.settled()
    assert known.holder(issued.secret, NOW) == issued.workload
    assert known.holder(issued.secret, NOW + 90 * DAY - 1) == issued.workload
    assert known.holder(issued.secret, NOW + 90 * DAY) is None
    assert known.holder(issued.secret[:-1], NOW) is None
    assert known.holder(issued.secret + "x", NOW) is None
    assert known.holder("", NOW) is None


async def test_a_revoked_workload_has_no_good_token(database: Database, followed: tuple[Feed, Workloads]) -> None:
    feed, known = followed
    first, other = added(database), added(database, "other")
    second = workloads.renew(database, "batch", 10, NOW, by="server")
    await feed.settled()
    assert known.holder(first.secret, NOW) == known.holder(second.secret, NOW) == first.workload
    workloads.revoke(database, "batch", NOW, by="server")
    await feed.settled()
    assert known.holder(first.secret, NOW) is known.holder(second.secret, NOW) is None
    assert known.holder(other.secret, NOW) == other.workload
    again = added(database)
    await feed.settled()
    assert again.workload.id == first.workload.id
    assert known.holder(first.secret, NOW) is None
    assert known.holder(again.secret, NOW) == again.workload


async def test_what_was_there_before_the_start_is_known(database: Database) -> None:
    issued = added(database)
    feed = Feed(database, FactStore())
    known = workloads.follow(feed)
    await feed.start()
    assert known.holder(issued.secret, NOW) == issued.workload
    await feed.stop()
    database.close()


def test_only_a_hash_of_the_token_is_kept(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    issued = added(database)
    assert issued.secret.startswith(MARK)
    assert len(issued.secret) == len(MARK) + 43
    assert issued.secret not in repr(issued)
    database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert issued.secret.encode() not in stored
    assert hashlib.sha256(issued.secret.encode()).digest() in stored


@pytest.mark.parametrize(
    ("name", "apps", "days", "what"),
    [
        ("Batch", ["wiki"], 90, "lowercase letters"),
        ("-batch", ["wiki"], 90, "lowercase letters"),
        ("b" * 41, ["wiki"], 90, "lowercase letters"),
        ("batch", [], 90, "no app was named"),
        ("batch", ["wiki"], 0, "1 to 366 days"),
        ("batch", ["wiki"], 367, "1 to 366 days"),
    ],
)
def test_what_can_not_be_added(database: Database, name: str, apps: list[str], days: int, what: str) -> None:
    with pytest.raises(LimenError, match=what):
        workloads.add(database, name, apps, [], days, NOW, terms=terms(NOW), by="server")
    assert database.read(workloads.listed) == []


def test_a_name_is_taken_once_and_tokens_are_few(database: Database) -> None:
    added(database)
    with pytest.raises(LimenError, match="already"):
        added(database)
    for _ in range(MAX_TOKENS - 1):
        workloads.renew(database, "batch", 9, NOW, by="server")
    with pytest.raises(LimenError, match="valid tokens"):
        workloads.renew(database, "batch", 9, NOW, by="server")
    with pytest.raises(LimenError, match="no active workload"):
        workloads.revoke(database, "other", NOW, by="server")
    (one,) = database.read(workloads.listed)
    assert len(one.tokens) == MAX_TOKENS


async def test_one_that_is_over_is_nobodys_until_its_end_is_put_off(
    database: Database, followed: tuple[Feed, Workloads]
) -> None:
    feed, known = followed
    issued = workloads.add(database, "batch", ["wiki"], [], 90, NOW, terms=terms(NOW, days=10), by="server")
    await feed.settled()
    assert known.holder(issued.secret, NOW + 10 * DAY - 1) == issued.workload
    assert known.holder(issued.secret, NOW + 10 * DAY) is None
    later = terms(NOW + 11 * DAY, days=30)
    database.write(lambda t: workloads.describe(t, "batch", later, NOW + 11 * DAY, by="server"))
    await feed.settled()
    assert known.holder(issued.secret, NOW + 40 * DAY) is not None


@pytest.mark.parametrize(
    ("owner", "purpose", "days"),
    [("", "x", 10), ("p_ada", " ", 10), ("p_ada", "x\x00y", 10), ("p_ada", "x", 0), ("p_ada", "x", 367)],
)
def test_a_workload_without_owner_purpose_or_end_is_not_added(
    database: Database, owner: str, purpose: str, days: int
) -> None:
    said = Terms(owner, purpose, NOW + days * DAY)
    with pytest.raises(LimenError):
        workloads.add(database, "batch", ["wiki"], [], 90, NOW, terms=said, by="server")
    assert database.read(workloads.listed) == []
    added(database)
    with pytest.raises(LimenError):
        database.write(lambda t: workloads.describe(t, "batch", said, NOW, by="server"))
