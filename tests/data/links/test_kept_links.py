"""Links in the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from limen.data.inventory.model import Audience
from limen.data.links import kept_links
from limen.data.links.model import REMEMBERED_FOR, KeptLink, LinkState, Why
from limen.pillars import pillars
from limen.storage import Database

NOW = 1_800_000_000_000
LINK = KeptLink(
    "dl_1",
    "finance",
    "d/A",
    "a",
    "p",
    "d/A",
    "Mia Berger's plan.txt",
    "1",
    Audience.OUTSIDE,
    ("partner.example",),
    "p_mia",
    "e1",
    b"d" * 16,
    LinkState.WAITS,
    made_at=NOW,
    due_at=NOW + 10,
)


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    pillars()
    opened = Database.open(where)
    yield opened
    opened.close()


def keep(database: Database, *links: KeptLink) -> None:
    for one in links:
        database.write(lambda t, of=one: kept_links.keep(t.connection, of))


def one(database: Database, id_: str = "dl_1") -> KeptLink | None:
    return database.read(lambda s: kept_links.one(s.connection, id_))


def test_a_link_is_kept_as_it_is_and_once(database: Database) -> None:
    keep(database, LINK, replace(LINK, why="x"), replace(LINK, id="dl_2", item="b"))
    assert one(database) == replace(LINK, why="x")
    assert [each.id for each in database.read(lambda s: kept_links.of_item(s.connection, "finance", "b"))] == ["dl_2"]
    database.write(lambda t: kept_links.gone(t.connection, "finance", ["b"]))
    database.write(lambda t: kept_links.remove(t.connection, ["dl_1"]))
    assert database.read(lambda s: kept_links.counted(s.connection)) == {}


def test_what_is_due(database: Database) -> None:
    keep(database, LINK, replace(LINK, id="dl_2", state=LinkState.STANDS, person_id="p_tom"))
    keep(database, replace(LINK, id="dl_3", state=LinkState.REMOVED), replace(LINK, id="dl_4", store="other"))

    def due(now: int, *left: str) -> list[str]:
        return [each.id for each in database.read(lambda s: kept_links.due(s.connection, "finance", now, left))]

    assert (due(NOW), due(NOW + 10), due(NOW, "p_mia"), due(NOW, "p_tom")) == ([], ["dl_1", "dl_2"], ["dl_1"], [])
    assert database.read(lambda s: kept_links.waiting_for(s.connection, "finance")) == {"p_mia"}


def test_what_somebody_may_say_something_about(database: Database) -> None:
    keep(database, LINK, replace(LINK, id="dl_2", state=LinkState.REMOVED, why=Why.UNJUSTIFIED))
    keep(database, replace(LINK, id="dl_3", state=LinkState.REMOVED, why=Why.STOPPED))
    keep(database, replace(LINK, id="dl_4", person_id="p_tom"), replace(LINK, id="dl_5", person_id="", event=""))
    found = database.read(lambda s: kept_links.of_person(s.connection, "p_mia", NOW))
    assert {each.id for each in found} == {"dl_1", "dl_2"}
    for event, person, ids in (("e1", "p_mia", {"dl_1", "dl_2"}), ("e1", "", set()), ("", "", set())):
        links = database.read(lambda s, of=(event, person): kept_links.of_event(s.connection, *of))
        assert {each.id for each in links} == ids
    assert len(database.read(lambda s: kept_links.of_events(s.connection, ["e1", "e2"]))["e1"]) == 4


def test_what_may_stand_after_all_and_of_which_documents_it_is(database: Database) -> None:
    keep(database, LINK, replace(LINK, id="dl_2", state=LinkState.REMOVED, why=Why.UNJUSTIFIED, event="e2", digest=b""))
    found = database.write(lambda t: kept_links.let_stand(t.connection, ["e1", "e2"]))
    assert found == {("finance", b"d" * 16): "e1"}
    assert [
        (each.state, each.why, each.due_at) for each in (one(database, id_) for id_ in ("dl_1", "dl_2")) if each
    ] == [
        (LinkState.PASSES, "", 0),
        (LinkState.REMOVED, "", LINK.due_at),
    ]


def test_a_reason_that_counts_no_more_has_what_stands_by_it_judged_again(database: Database) -> None:
    keep(
        database, replace(LINK, state=LinkState.JUSTIFIED), replace(LINK, id="dl_2", state=LinkState.PASSES, event="e2")
    )
    keep(database, replace(LINK, id="dl_3", item="b", state=LinkState.PASSES, event="e3"))
    database.write(lambda t: kept_links.take_back(t.connection, ["e2", "e3"]))
    again = database.read(lambda s: kept_links.to_judge_again(s.connection, "finance"))
    assert {each.id for each in again} == {"dl_1", "dl_2"}
    assert database.write(lambda t: kept_links.judge_all_again(t.connection, "finance")) == 1
    assert database.read(lambda s: kept_links.lacking_a_right(s.connection)) == set()


def test_an_erasure_takes_names_and_ends_what_waits(database: Database) -> None:
    keep(database, LINK, replace(LINK, id="dl_2", name="Toms plan.txt", state=LinkState.PASSES))
    keep(database, replace(LINK, id="dl_3", state=LinkState.STANDS))
    others = ["Tom Lang", "tom@harbor.example"]
    database.write(lambda t: kept_links.erase_names(t.connection, ["Mia Berger", "Tom"], others))
    database.write(lambda t: kept_links.let_go(t.connection, "p_mia"))
    kept = [one(database, id_) for id_ in ("dl_1", "dl_2", "dl_3")]
    assert [(each.name, each.person_id, each.due_at) for each in kept if each] == [
        ("", "", 1),
        ("Toms plan.txt", "p_mia", NOW + 10),  # which goes with all rows of theirs
        ("", "", NOW + 10),
    ]


def test_how_far_a_store_was_looked_at(database: Database) -> None:
    keep(database, LINK)
    database.write(lambda t: kept_links.go_on(t.connection, "finance", "there", "c1", NOW))
    database.write(lambda t: kept_links.go_on(t.connection, "finance", "there", "c2"))
    kept = database.read(lambda s: kept_links.stores(s.connection))["finance"]
    assert (kept.cursor, kept.looked_where, kept.looked_at) == ("c2", "there", NOW)
    database.write(lambda t: kept_links.forget_store(t.connection, "finance"))
    assert (database.read(lambda s: kept_links.stores(s.connection)), one(database)) == ({}, None)


def test_what_was_over_long_ago_is_forgotten(database: Database) -> None:
    keep(database, replace(LINK, state=LinkState.REMOVED), replace(LINK, id="dl_2"))
    database.write(lambda t: kept_links.forget(t.connection, NOW + 3 * REMEMBERED_FOR))
    assert (one(database), one(database, "dl_2")) == (None, replace(LINK, id="dl_2"))


def test_a_document_that_passed_by_a_word_is_judged_again(database: Database) -> None:
    keep(database, replace(LINK, state=LinkState.PASSES), replace(LINK, id="dl_2"), replace(LINK, id="dl_3", store="x"))
    database.write(lambda t: kept_links.judge_documents_again(t.connection, [("finance", b"d" * 16)]))
    assert [each.id for each in database.read(lambda s: kept_links.to_judge_again(s.connection, "finance"))] == ["dl_1"]
