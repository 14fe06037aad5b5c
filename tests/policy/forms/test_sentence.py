from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from tests.golden import Expected

from limen.cedar import PolicySet
from limen.clock import HOUR, MINUTE, from_iso
from limen.company.load import load_company
from limen.demo import harbor
from limen.policy.forms import EVERY_DAY, Exemption, Form, Hours, Names, Needs, needs_words, read, sentence
from limen.policy.forms.sentence import hours_words

BERLIN = ZoneInfo("Europe/Berlin")
NAMES = Names(
    {"finance": "Finance", "break-glass": "Break-glass accounts"},
    {"payroll": "Payroll", "crm": "Customers"},
    {"p_1": "Greta Sommer"},
    BERLIN,
)
FRIDAY = from_iso("2026-11-27T17:00:00Z")
WORKING_HOURS = Hours(frozenset(range(1, 6)), 360, 1200)


def test_what_opens_an_app_is_one_sentence(expected: Expected) -> None:
    form = Form(
        "a",
        "permit",
        groups=frozenset({"finance"}),
        apps=frozenset({"payroll"}),
        actions=frozenset({"view", "download", "edit"}),
        needs=(Needs({"auth.strength": 3}, hours=WORKING_HOURS),),
    )
    expected(sentence(form, NAMES))


def test_logging_in_to_hosts_and_acting_as_root_there_are_said_with_their_prepositions(expected: Expected) -> None:
    hosts = frozenset({"connect", "elevate"})
    opens = Form("a", "permit", groups=frozenset({"finance"}), apps=frozenset({"crm"}), actions=hosts)
    closes = Form("b", "forbid", actions=hosts | {"administer"}, needs=(Needs({"grant.active": True}),))
    expected("\n".join(sentence(form, NAMES) for form in (opens, closes)))


def test_what_closes_an_app_says_the_ways_past_it_and_the_exceptions(expected: Expected) -> None:
    form = Form(
        "a",
        "forbid",
        except_groups=frozenset({"break-glass"}),
        apps=frozenset({"crm"}),
        actions=frozenset({"download", "edit"}),
        exemptions=(Exemption("p_1", FRIDAY, "Her laptop is being repaired"),),
        needs=(Needs({"device.known": True}), Needs({"place.network": frozenset({"office"})})),
    )
    expected(sentence(form, NAMES))


def test_without_a_way_past_it_is_closed(expected: Expected) -> None:
    expected(sentence(Form("a", "forbid", sensitivity=3, actions=frozenset({"share"}), needs=()), NAMES))
    expected(sentence(Form("a", "forbid", groups=frozenset({"finance"}), needs=()), NAMES))


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        (Needs(), ""),
        (Needs({"auth.strength": 3, "auth.at": 4 * HOUR}), "with a passkey used within 4 hours"),
        (Needs({"auth.at": HOUR}), "having signed in within 1 hour"),
        (
            Needs({"device.known": True, "device.managed": True, "device.compliance": True}),
            "on a managed, healthy device",
        ),
        (Needs({"place.country": frozenset({"DE", "AT"})}), "from AT or DE"),
        (Needs(country_known=True, not_countries=frozenset({"KP"})), "from a known country other than KP"),
        (Needs(not_countries=frozenset({"KP"})), "from anywhere but KP, as far as is known"),
        (Needs({"grant.active": True}, until=FRIDAY), "with a grant, until 27 Nov 2026 18:00"),
        (Needs({"auth.strength": 2, "auth.interactive": True}), "with two factors, in a browser, not with a token"),
        (Needs({"risk.score": 70}, risk_may_be_unknown=True), "at a risk below 70, where that is known"),
    ],
)
def test_each_need_has_its_words(needs: Needs, words: str) -> None:
    assert needs_words(needs, NAMES) == words


def test_hours_and_lengths_are_said_as_people_do() -> None:
    assert hours_words(Hours(frozenset({6, 7}))) == "at the weekend"
    assert hours_words(Hours(frozenset({1, 3}), 0, 720)) == "on Mondays and Wednesdays 00:00–12:00"
    assert hours_words(Hours(EVERY_DAY, 1320, 360)) == "22:00–06:00"
    assert needs_words(Needs({"auth.at": 90 * MINUTE}), NAMES) == "having signed in within 1 hour 30 minutes"


def test_every_policy_of_harbor_is_a_sentence_of_its_own() -> None:
    company = load_company(harbor.folder())
    names = Names(company.settings.groups, {app.id: app.name for app in company.all_apps.values()})
    forms = [form for policy in PolicySet.from_json(company.policies.tree) if (form := read(policy))]
    said = [sentence(form, names) for form in forms]
    assert len(set(said)) == len(said) == len(company.policies.sources)
    assert all('"' not in one and "::" not in one and "frozenset" not in one for one in said)


def test_checks_of_a_device_are_said_in_their_order(expected: Expected) -> None:
    needs = Needs({"device.passing": frozenset({"firewall", "disk_encryption", "updates"})})
    expected(needs_words(needs, NAMES))
