"""P1: met, missed by one, and unknown."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.data.houses import PAYROLL, SHARES, WIKI, evidence, misses, of_stores, overview, summary
from tests.roadmap.harbor import company_of

from limen.connectors.asked_store import AskedState
from limen.data.inventory.kept_stores import StoreState
from limen.roadmap.data.classified import CONTROL, NO_STORES, NOTHING_STATED
from limen.roadmap.data.evidence import DataEvidence, StoreEvidence
from limen.roadmap.model import Grade


def test_everything_has_an_owner_and_was_looked_into() -> None:
    found = CONTROL.measured(of_stores())
    assert (found.is_met, found.grade, [one.denominator for one in found.parts]) == (True, Grade.MEASURED, [3, 100])


def test_an_app_and_a_store_that_nobody_owns_miss_it() -> None:
    nobodys = company_of(replace(WIKI, owner=""), PAYROLL)
    assert misses(CONTROL.measured(of_stores(company=nobodys))) == ["app:wiki"]
    ownerless = overview(store=replace(SHARES, owner=""))
    assert misses(CONTROL.measured(of_stores(stores=(ownerless,)))) == ["store:shares"]


def test_a_store_that_holds_more_than_its_label_says_misses_it() -> None:
    assert misses(CONTROL.measured(of_stores(stores=(overview(summary=summary(above=1)),)))) == ["store:shares"]


def test_more_than_a_tenth_that_was_not_read_misses_it() -> None:
    for unread, is_met in ((10, True), (11, False)):
        found = CONTROL.measured(of_stores(stores=(overview(summary=summary(unread=unread)),)))
        assert (found.is_met, misses(found, 1)) == (is_met, ["unread:shares"])


def test_without_stores_or_before_they_were_gone_through_nothing_is_known_of_documents() -> None:
    assert CONTROL.measured(evidence(DataEvidence())).missing == (NOTHING_STATED,)
    assert CONTROL.measured(of_stores(stores=())).parts[1].missing == NO_STORES
    begun = StoreState(AskedState("shares"))
    for never in (overview(state=None, summary=None), overview(state=begun)):
        part = CONTROL.measured(of_stores(stores=(overview(), never))).parts[1]
        assert (part.is_known, "shares" in part.missing) == (False, True)


def test_a_company_without_anything_meets_nothing() -> None:
    assert not CONTROL.measured(evidence(DataEvidence(stores=StoreEvidence()), company=None)).is_met
