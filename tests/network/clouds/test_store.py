"""What is kept of clouds: groups and comparisons, each in place of its own kind alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from limen.network.clouds import store
from limen.network.clouds.model import CloudGroup, CloudReading
from limen.storage import Database

READ = CloudReading("prod", "aws", groups=(CloudGroup("sg-1", ("22 by r",)), CloudGroup("sg-2")), doubts=("cut",))
COMPARED = CloudReading("prod", "aws", meant="d1", zones={"web": "", "db": "open"})


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def kept(database: Database) -> list[CloudReading]:
    return database.read(lambda snapshot: store.readings(snapshot.connection))


def test_groups_and_comparison_are_kept_beside_each_other(database: Database) -> None:
    database.write(lambda to: store.keep_groups(to.connection, READ, 5))
    database.write(lambda to: store.keep_compared(to.connection, COMPARED, 7))
    assert kept(database) == [replace(READ, read_at=5, compared_at=7, meant="d1", zones={"web": "", "db": "open"})]
    database.write(lambda to: store.keep_groups(to.connection, replace(READ, groups=(), doubts=()), 9))
    (one,) = kept(database)
    assert (one.read_at, one.groups, one.doubts, one.compared_at) == (9, (), (), 7)


def test_another_cloud_of_the_same_name_has_nothing_of_the_one_before(database: Database) -> None:
    database.write(lambda to: store.keep_compared(to.connection, COMPARED, 7))
    database.write(lambda to: store.keep_groups(to.connection, replace(READ, kind="gcp"), 9))
    (one,) = kept(database)
    assert (one.kind, one.compared_at, dict(one.zones)) == ("gcp", 0, {})


def test_it_is_forgotten_once(database: Database) -> None:
    database.write(lambda to: store.keep_groups(to.connection, READ, 5))
    assert database.write(lambda to: store.forget(to.connection, "prod"))
    assert not database.write(lambda to: store.forget(to.connection, "prod"))
    assert kept(database) == []
