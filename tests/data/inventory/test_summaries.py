from __future__ import annotations

from tests.data.inventory.inventories import NOW
from tests.data.inventory.test_kept_items import FLYER, MIAS, PLAN

from limen.clock import DAY
from limen.data.inventory import kept_items, summaries
from limen.data.inventory.summaries import Summary
from limen.facts import Label
from limen.storage import Database

LABELS = {"share": Label.PUBLIC, "other": Label.CONFIDENTIAL, "empty": Label.PUBLIC}


def test_items_are_added_up_by_store_and_by_folder(where: str) -> None:
    database = Database.open(where)
    database.write(lambda t: kept_items.keep(t.connection, "share", 1, [PLAN, FLYER, MIAS], NOW))
    database.write(lambda t: kept_items.keep(t.connection, "other", 1, [PLAN], NOW))
    stale = dict.fromkeys(LABELS, NOW - DAY)
    by_store = {one.store: one for one in database.read(lambda s: summaries.summaries(s.connection, LABELS, stale))}
    assert by_store.keys() == {"share", "other"}
    labels = {None: 1, Label.INTERNAL: 1, Label.CONFIDENTIAL: 1}
    assert by_store["share"] == Summary("share", "", 3, 35, labels, outside=0, anyone=1, above=2, stale=1, unread=1)
    assert (by_store["other"].above, by_store["other"].highest) == (0, Label.CONFIDENTIAL)
    folders = database.read(lambda s: summaries.summaries(s.connection, LABELS, stale, by_folder=True))
    assert {(one.store, one.folder): one.items for one in folders} == {
        ("share", "hr"): 1,
        ("share", "web"): 1,
        ("share", "home/Mia Berger"): 1,
        ("other", "hr"): 1,
    }
    assert database.read(lambda s: summaries.detectors(s.connection, ["share", "other"])) == {"email": 2, "iban": 2}
    database.close()


def test_the_worst_weighs_most() -> None:
    def of(**counts: object) -> int:
        words = {"items": 1, "size": 1, "labels": {}, "outside": 0, "anyone": 0, "above": 0, "stale": 0, "unread": 0}
        return Summary("s", "", **{**words, **counts}).weight  # type: ignore[arg-type]

    restricted = {Label.RESTRICTED: 1}
    assert of() < of(labels={Label.PUBLIC: 1}) < of(labels=restricted) <= of(labels=restricted, above=1)
    assert of(outside=1) < of(anyone=1)
