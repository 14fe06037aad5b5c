"""P3: each part met, missed by one, and unknown. As no source tells of recovery keys, the whole is never met."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.data.houses import PAYROLL, SHARES, evidence, gone_through, misses, of_stores, overview
from tests.roadmap.harbor import app, company_of

from limen.facts import App, Label, Upstream
from limen.roadmap.data.classified import NOTHING_STATED
from limen.roadmap.data.encrypted import CONTROL, KEYS_UNTRIED, NO_RESTRICTED_STORE
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade

SAFE = replace(PAYROLL, upstream=Upstream("https://192.0.2.20:8443"))


def over_https(one: App, scheme: str = "https") -> Evidence:
    house = company_of(one)
    settings = house.settings.model_copy(update={"url": f"{scheme}://limen.harbor.example"})
    return of_stores(company=replace(house, settings=settings))


def test_what_proves_that_it_is_encrypted_is_measured_and_what_somebody_says_attested() -> None:
    part = CONTROL.measured(of_stores()).parts[0]
    assert (part.is_met, part.grade) == (True, Grade.MEASURED)
    said = overview(store=replace(SHARES, is_encrypted=True), state=gone_through(is_encrypted=None))
    part = CONTROL.measured(of_stores(stores=(overview(), said))).parts[0]
    assert (part.is_met, part.grade) == (True, Grade.ATTESTED)


def test_what_is_seen_to_be_plain_or_of_which_nothing_is_known_misses_it() -> None:
    stated = replace(SHARES, is_encrypted=True)
    for plain in (
        overview(store=stated, state=gone_through(is_encrypted=False)),
        overview(state=gone_through(is_encrypted=None)),
        overview(state=None),
    ):
        assert misses(CONTROL.measured(of_stores(stores=(plain,)))) == ["store:shares"]


def test_no_source_tells_of_recovery_keys() -> None:
    found = CONTROL.measured(of_stores())
    assert (found.parts[1].missing, found.is_met, found.grade) == (KEYS_UNTRIED, False, Grade.UNKNOWN)


def test_an_app_without_https_on_either_leg_misses_it() -> None:
    assert CONTROL.measured(over_https(SAFE)).parts[2].is_met
    assert CONTROL.measured(over_https(app("payroll", Label.RESTRICTED, "http://127.0.0.1:8080"))).parts[2].is_met
    assert misses(CONTROL.measured(over_https(PAYROLL)), 2) == ["app:payroll"]
    assert misses(CONTROL.measured(over_https(SAFE, scheme="http")), 2) == ["app:payroll"]


def test_without_anything_restricted_nothing_is_known() -> None:
    assert CONTROL.measured(evidence(DataEvidence())).missing == (NOTHING_STATED,)
    internal = overview(store=replace(SHARES, label=Label.INTERNAL), summary=None)
    found = CONTROL.measured(of_stores(stores=(internal,), app_lacks={}))
    assert found.parts[0].missing == NO_RESTRICTED_STORE
    assert [one.is_known for one in found.parts] == [False, False, False]
