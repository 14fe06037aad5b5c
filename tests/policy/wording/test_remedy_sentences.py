from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from tests.policy.scene import app, facts

from limen.clock import from_iso
from limen.facts import Group, Label
from limen.messages import Language, Words
from limen.policy.decision import Remedy
from limen.policy.wording.remedy_sentences import (
    Audience,
    Names,
    kind_sentence,
    remedy_sentence,
    who_can_sentence,
    whom,
)

ENGLISH = Words(Language.ENGLISH, ZoneInfo("Europe/Berlin"))
GERMAN = Words(Language.GERMAN, ZoneInfo("Europe/Berlin"))
NOW = from_iso("2026-11-24T22:00:00Z")
BACK = Remedy("come_back", at_once=False, at=from_iso("2026-11-25T06:00:00Z"))
PASSKEY = Remedy("use_passkey", at_once=True, strength=3)
OFFICE = Remedy("change_place", at_once=False, what="network", to="office")
BIND = Remedy("mend_device", at_once=False, what="binding", strength=2)
ENROL = Remedy("enrol_device", at_once=False)
HEALTHY = Remedy("mend_device", at_once=False, what="compliance")
GRANT = Remedy("ask_for_grant", at_once=False)
GROUPS = {"sales": Group("sales", "Sales"), "everyone": Group("everyone", "Everybody here")}
NAMES = Names("Mia", "Customers", GROUPS)


@pytest.mark.parametrize(
    ("named", "audience"),
    [
        ((BACK, PASSKEY), Audience.SELF),
        ((OFFICE,), Audience.SELF),
        ((ENROL, HEALTHY), Audience.SELF),
        ((ENROL, HEALTHY, GRANT), Audience.HELPDESK),
        ((ENROL,), Audience.SELF),
        ((Remedy("use_device", at_once=False),), Audience.SELF),
        ((OFFICE,), Audience.HELPDESK),
        ((BIND,), Audience.HELPDESK),
        ((BIND,), Audience.ADMINISTRATOR),
    ],
    ids=[
        "wait-and-prove",
        "place",
        "device",
        "device-and-grant",
        "enrol",
        "granted-elsewhere",
        "network",
        "bind",
        "bind-by-strength",
    ],
)
def test_a_set_of_remedies_is_one_sentence(
    named: tuple[Remedy, ...], audience: Audience, expected: Callable[[str], None]
) -> None:
    expected("\n".join(remedy_sentence(named, audience, words, NOW) for words in (ENGLISH, GERMAN)))


def test_a_kind_that_was_kept_alone_has_words_too() -> None:
    assert kind_sentence("use_passkey", ENGLISH) == "use a passkey"
    assert kind_sentence("something_new", ENGLISH) == "something new"


def test_whom_to_ask_is_who_answers_for_the_app_and_never_everybody() -> None:
    owned = facts()
    assert whom(owned, ENGLISH, NAMES) == "your administrator"
    by_sales = replace(owned, app=replace(app(Label.PUBLIC), owner="sales"))
    assert whom(by_sales, ENGLISH, NAMES) == "the owner of Customers (Sales)"
    by_all = replace(owned, app=replace(app(Label.PUBLIC), owner="everyone"))
    assert whom(by_all, ENGLISH, NAMES) == "your administrator"
    assert who_can_sentence(Audience.SELF, ENGLISH, NAMES, by_sales).endswith("the owner of Customers (Sales).")
    assert who_can_sentence(Audience.HELPDESK, ENGLISH, NAMES, owned) == (
        "Mia can't resolve this alone. An administrator can."
    )


def test_a_group_without_a_title_goes_by_its_id() -> None:
    assert [NAMES.group("sales"), NAMES.group("gone"), Names("", "", {"x": Group("x")}).group("x")] == [
        "Sales",
        "gone",
        "x",
    ]
