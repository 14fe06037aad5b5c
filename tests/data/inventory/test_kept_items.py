"""Items in the database: what is asked for, what is replaced, what an erasure takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import delete
from tests.data.inventory.inventories import NOW

from limen.clock import DAY
from limen.data.inventory import kept_items
from limen.data.inventory.kept_items import Looked, Sought
from limen.data.inventory.model import Audience, Counted, Item, LookedInto
from limen.data.inventory.summaries import detectors
from limen.facts import Label
from limen.storage import Database

OLD = NOW - 400 * DAY
PLAN = Looked(
    Item("plan", "hr/plan.txt", 10, NOW, "e1", accessed_at=NOW),
    looked=LookedInto(Label.CONFIDENTIAL, (Counted("iban", 3, 3), Counted("email", 2, 2, is_more=True))),
)
FLYER = Looked(
    Item("flyer", "web/flyer_50%.txt", 20, OLD, "e2", OLD, audience=Audience.ANYONE, domains=("partner.example",)),
    looked=LookedInto(None, (), ("encrypted",)),
)
MIAS = Looked(Item("mias", "home/Mia Berger/cv.txt", 5, OLD, "e3", NOW), "p_mia", LookedInto(Label.INTERNAL))


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    opened.write(lambda t: kept_items.keep(t.connection, "share", 1, [PLAN, FLYER, MIAS], NOW))
    opened.write(lambda t: kept_items.keep(t.connection, "other", 1, [PLAN], NOW))
    yield opened
    opened.close()


def paths(database: Database, **sought: object) -> list[str]:
    words = {"stores": ("share",), **sought}
    return [one.path for one in database.read(lambda s: kept_items.items(s.connection, Sought(**words), most=10))]


def test_what_is_asked_for(database: Database) -> None:
    assert paths(database) == ["hr/plan.txt", "home/Mia Berger/cv.txt", "web/flyer_50%.txt"]
    for sought, found in (
        ({"label": Label.CONFIDENTIAL}, ["hr/plan.txt"]),
        ({"above": {"share": Label.PUBLIC}}, ["hr/plan.txt", "home/Mia Berger/cv.txt"]),
        ({"audience": Audience.OUTSIDE}, ["web/flyer_50%.txt"]),
        ({"untouched_since": {"share": NOW - DAY}}, ["web/flyer_50%.txt"]),
        ({"changed_before": NOW}, ["home/Mia Berger/cv.txt", "web/flyer_50%.txt"]),
        ({"detector": "iban"}, ["hr/plan.txt"]),
        ({"unread": True}, ["web/flyer_50%.txt"]),
        ({"words": "_50%"}, ["web/flyer_50%.txt"]),
        ({"words": "%"}, ["web/flyer_50%.txt"]),
        ({"folder": "hr"}, ["hr/plan.txt"]),
    ):
        assert paths(database, **sought) == found
        number = database.read(lambda s, w=sought: kept_items.number(s.connection, Sought(stores=("share",), **w)))
        assert number == len(found)


def test_an_item_comes_back_as_it_was_kept(database: Database) -> None:
    (plan,) = database.read(lambda s: kept_items.items(s.connection, Sought(stores=("other",)), most=5))
    assert (plan.label, plan.counted) == (
        Label.CONFIDENTIAL,
        (Counted("email", 2, 2, is_more=True), Counted("iban", 3, 3)),
    )
    flyer = database.read(lambda s: kept_items.items(s.connection, Sought(unread=True), most=5))[0]
    assert (flyer.audience, flyer.domains, flyer.why_not) == (Audience.ANYONE, ("partner.example",), ("encrypted",))


def test_looked_into_anew_replaces_and_seen_again_moves(database: Database) -> None:
    again = replace(PLAN, item=replace(PLAN.item, path="hr/2027/plan.txt", audience=Audience.COMPANY), looked=None)
    database.write(lambda t: kept_items.keep(t.connection, "share", 2, [again], NOW))
    (plan,) = database.read(
        lambda s: kept_items.items(s.connection, Sought(stores=("share",), detector="iban"), most=5)
    )
    assert (plan.path, plan.audience, len(plan.counted)) == ("hr/2027/plan.txt", Audience.COMPANY, 2)
    fresh = replace(PLAN, looked=LookedInto(None))
    database.write(lambda t: kept_items.keep(t.connection, "share", 2, [fresh], NOW))
    assert paths(database, detector="iban") == []
    assert database.write(lambda t: kept_items.remove_unseen(t.connection, "share", 2)) == 2
    assert paths(database) == ["hr/plan.txt"]


def test_as_they_were_is_by_etag_and_by_when_the_rules_changed(database: Database) -> None:
    def same(item: Item, since: int = 0) -> bool:
        return bool(database.read(lambda s: kept_items.as_they_were(s.connection, "share", [item], since)))

    assert same(PLAN.item)
    assert not same(replace(PLAN.item, etag="e9"))
    assert not same(replace(PLAN.item, etag=""))
    assert not same(PLAN.item, NOW + 1)
    assert not same(replace(PLAN.item, key="unknown"))


def test_an_erasure_takes_what_names_somebody_and_leaves_namesakes(database: Database) -> None:
    erase = kept_items.erase_names
    assert database.write(lambda t: erase(t.connection, ["Mia Berger"], ["Mia Bergerova"])) == 0
    assert database.write(lambda t: erase(t.connection, ["Mia Berger", "Mia"], ["Tom Lang"])) == 1
    assert paths(database) == ["hr/plan.txt", "web/flyer_50%.txt"]


def test_finds_of_items_that_were_erased_with_their_owner_go_at_the_end_of_the_walk(database: Database) -> None:
    gone = delete(kept_items.data_items).where(kept_items.data_items.c.id == PLAN.item.id)
    database.write(lambda t: t.connection.execute(gone))
    assert database.read(lambda s: detectors(s.connection, ["share"])) == {"email": 1, "iban": 1}
    assert database.write(lambda t: kept_items.remove_unseen(t.connection, "share", 1)) == 0
    assert database.read(lambda s: detectors(s.connection, ["share"])) == {}
    assert len(paths(database)) == 2


def test_names_that_no_database_keeps(database: Database) -> None:
    odd = Looked(Item("odd", "a\0b\udce9/c.txt", 1, 1, "e"), looked=LookedInto())
    database.write(lambda t: kept_items.keep(t.connection, "share", 1, [odd], NOW))
    assert "a\ufffdb?/c.txt" in paths(database)
