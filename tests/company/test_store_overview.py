from __future__ import annotations

from dataclasses import replace

from tests.company.test_store_reach import CLOSED, FILES, OPEN, SHARE
from tests.data.inventory.inventories import NOW
from tests.data.inventory.test_kept_items import FLYER, MIAS, PLAN
from tests.policy.scene import engine_of

from limen.clock import DAY
from limen.company.store_overview import (
    StoreOverview,
    kept_of,
    labels_of,
    overviews_of,
    reaches_of,
    stale_before,
)
from limen.data.inventory import kept_items
from limen.data.inventory.controls import Control, Minimum
from limen.data.inventory.reach import Reach
from limen.facts import Label, Person
from limen.storage import Database

ANA = Person("p_ana", "Ana", "ana@harbor.example", frozenset({"staff", "finance"}), active=True)
STORES = {"share": replace(SHARE, label=Label.INTERNAL), "empty": replace(SHARE, name="empty", reached_by=())}
MINIMUMS = {Label.CONFIDENTIAL: Minimum(strength=3, inside=True, kept_ms=DAY)}


def overviews(where: str, policies: str) -> list[StoreOverview]:
    database = Database.open(where)
    database.write(lambda t: kept_items.keep(t.connection, "share", 1, [PLAN, FLYER, MIAS], NOW))
    kept = database.read(lambda s: kept_of(s, STORES, MINIMUMS, NOW))
    reaches = reaches_of(engine_of(policies), {"files": FILES}, [ANA], STORES, kept, MINIMUMS, NOW)
    database.close()
    return overviews_of(STORES, kept, reaches)


def test_what_a_store_holds_says_what_it_needs(where: str) -> None:
    share, empty = overviews(where, OPEN)
    assert (share.store.name, share.label, share.is_exposed, share.expired) == ("share", Label.CONFIDENTIAL, True, 2)
    assert {one.control for one in share.lacks(MINIMUMS, NOW)} == {
        Control.STRENGTH,
        Control.SHARING,
        Control.RETENTION,
        Control.INVENTORY,
    }
    assert (empty.summary, empty.reach.is_known, empty.label) == (None, False, Label.RESTRICTED)
    (closed, _) = overviews(where, CLOSED)
    assert Control.STRENGTH not in {one.control for one in closed.lacks(MINIMUMS, NOW)}


def test_a_store_without_an_inventory_is_as_sensitive_as_it_is_meant_to_be() -> None:
    one = StoreOverview(SHARE, None, None, Reach())
    assert (one.label, one.is_exposed) == (Label.RESTRICTED, False)
    assert labels_of(STORES) == {"share": Label.INTERNAL, "empty": Label.RESTRICTED}
    assert stale_before({"share": SHARE}, NOW) == {"share": NOW - 365 * DAY}
