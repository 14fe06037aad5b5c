from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.company.small_folder import small_folder
from tests.policy.declaring import ENCRYPTED, declared

from limen.cedar import Record
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.past_facts import PastFacts
from limen.facts import App, Device, Document, Facts, Grant, Label, Person, Place, Session
from limen.facts.facts_json import facts_to_bytes
from limen.facts.nouns import Auth, Factor, Risk
from limen.policy.cedar_view import view_of
from limen.policy.decision import Request
from limen.storage.journal.past_decisions import WrittenFacts

NOW = 1_795_510_800_000
VIEW = Request("view", "GET", "/**")
TIME: Record = {"weekday": 2, "minute": 600}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return load_company(small_folder(tmp_path))


def written(facts: Facts) -> WrittenFacts:
    return msgspec.json.decode(facts_to_bytes(facts), type=WrittenFacts)


def facts_about(app: App) -> Facts:
    return Facts(
        app,
        Person("p1", groups=frozenset({"staff", "finance"}), active=True),
        Auth(3, frozenset({Factor.PASSKEY, Factor.CODE}), NOW),
        Session("s1", "p1", Auth(), NOW - 9, NOW + 9, 7, app="wiki", device_id="d1"),
        Device("d1", True, "compliant", True, 2, "macos", NOW),
        Place("192.0.2.7", True, "DE", "office", False),
        Risk(12, True, NOW),
        (Grant("g1", "wiki", frozenset({"view"}), NOW + 9, "why", "p2"),),
        (("device.encrypted", True),),
    )


def test_policies_see_in_them_exactly_what_they_saw_then(company: Company) -> None:
    past = PastFacts(company)
    for facts in (
        facts_about(company.all_apps["wiki"]),
        facts_about(company.all_apps["wiki"]).about(Document("d_1", Label.RESTRICTED)),
        Facts(company.all_apps["payroll"], place=Place("203.0.113.1")),
        Facts(company.all_apps["limen"], Person("p2", groups=frozenset({"staff"}))),
    ):
        for _ in range(2):  # read, and shared
            seen, then = past.seen(written(facts), facts.device.seen_at), view_of(facts)
            assert seen is not None
            assert seen.facts == facts
            assert (seen.principal, seen.resource) == (then.principal, then.resource)
            assert seen.context(VIEW, NOW, TIME) == then.context(VIEW, NOW, TIME)
            assert (seen.is_somebody, seen.is_inactive) == (then.is_somebody, then.is_inactive)


def test_the_app_and_the_network_are_those_of_the_company(company: Company) -> None:
    facts = facts_about(replace(company.all_apps["wiki"], label=Label.RESTRICTED, owner="nobody"))
    moved = replace(facts, place=Place("192.0.2.7", True, "DE", "cellar", False))
    seen = PastFacts(company).seen(written(moved))
    assert seen is not None
    assert seen.facts.app is not facts.app
    assert seen.resource == view_of(Facts(company.all_apps["wiki"])).resource
    assert seen.record["place"] == view_of(facts).record["place"]
    nowhere = PastFacts(company).seen(written(replace(facts, place=Place("no address", network="office"))))
    assert nowhere is not None
    assert nowhere.facts.place.network == ""


def test_an_app_that_the_company_has_not_is_none(company: Company) -> None:
    gone = replace(company.all_apps["wiki"], id="gone")
    assert PastFacts(company).seen(written(facts_about(gone))) is None


def test_what_are_no_facts_is_refused(company: Company) -> None:
    broken = msgspec.structs.replace(written(facts_about(company.all_apps["wiki"])), auth=msgspec.Raw(b'{"at":"x"}'))
    with pytest.raises(msgspec.DecodeError):
        PastFacts(company).seen(broken)


def test_what_a_part_told_of_a_device_is_seen_again(company: Company) -> None:
    told = replace(facts_about(company.all_apps["wiki"]), more=(("device.encrypted", True),))
    with declared(ENCRYPTED):
        seen = PastFacts(company).seen(written(told), told.device.seen_at)
        assert seen is not None
        assert seen.facts == told
        assert seen.context(VIEW, NOW, TIME)["device"] == view_of(told).context(VIEW, NOW, TIME)["device"]
        assert seen.context(VIEW, NOW, TIME)["device"]["encrypted"] is True  # type: ignore[index,call-overload]
