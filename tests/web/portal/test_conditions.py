"""A refusal as a checklist: which kinds of condition were looked at, and which of them stood in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.web.conftest import HARBOR

from limen.clock import HOUR, from_iso
from limen.company.load import load_company
from limen.facts import Auth, Device, Factor, Facts, Grant, Person, Risk, Session
from limen.identity.factors import Held
from limen.messages import Language, Words
from limen.policy.decision import Effect, Named, Request
from limen.policy.explain import Explanation
from limen.policy.wording import Names
from limen.web.portal.conditions import Condition, RefusalView, checklist

COMPANY = load_company(HARBOR)
ENGINE = COMPANY.engine()
GROUPS = {group.id: group for group in COMPANY.groups}
NOW = from_iso("2026-11-24T09:00:00Z")
NOTHING = Held((), frozenset({Factor.PASSWORD, Factor.CODE}))


def _facts(app: str, *groups: str, strength: int = 3, ago: int = 0, device: Device | None = None) -> Facts:
    factors = frozenset({Factor.PASSKEY}) if strength == 3 else frozenset({Factor.PASSWORD, Factor.CODE})
    auth = Auth(strength=strength, factors=factors, at=NOW - ago)
    session = Session("s", "p", auth, NOW - ago, NOW + HOUR, HOUR, app=app)
    return Facts(
        app=COMPANY.all_apps[app],
        person=Person("p", "Mia", "mia@harbor.example", frozenset(groups), active=True),
        auth=auth,
        session=session,
        risk=Risk(0, known=True),
        **({"device": device} if device else {}),
    )


def _lines(facts: Facts, action: str, named: str = "", now: int = NOW) -> dict[str, Condition]:
    explanation = ENGINE.explain(Request(action), facts, now)
    assert explanation.decision.effect is not Effect.PERMIT
    return {line.kind: line for line in _checked(explanation, named)}


def _checked(explanation: Explanation, named: str = "", language: Language = Language.ENGLISH) -> tuple[Condition, ...]:
    names = Names("Mia", explanation.decision.facts.app.name, GROUPS)
    return checklist(RefusalView(ENGINE, explanation, named, NOTHING, Words(language, ENGINE.zone), names))


def _failing(lines: dict[str, Condition]) -> set[str]:
    return {kind for kind, line in lines.items() if not line.holds}


def test_an_unknown_device_is_what_stands_in_the_way_of_a_download() -> None:
    lines = _lines(_facts("payroll", "staff", "finance"), "download")
    assert _failing(lines) == {"device"}
    assert lines["groups"].holds
    assert lines["device"].mend


def test_an_old_passkey_is_a_matter_of_proof_and_no_other() -> None:
    lines = _lines(_facts("payroll", "staff", "finance", ago=5 * HOUR), "view")
    assert _failing(lines) == {"proof"}
    assert lines["proof"].minutes == 1


def test_password_and_code_where_a_passkey_is_asked_for_lead_to_adding_one() -> None:
    lines = _lines(_facts("crm", "staff", "sales", strength=2), "view")
    assert _failing(lines) == {"proof"}
    assert "requires a passkey" in lines["proof"].said
    assert "add one" in lines["proof"].mend[0]


def test_a_group_that_one_is_not_in_is_named_as_the_role_and_its_owner_is_asked() -> None:
    lines = _lines(_facts("payroll", "staff"), "view")
    assert _failing(lines) == {"groups"}
    assert "Payroll (Finance)" in lines["groups"].mend[0]


def test_where_a_rule_lets_somebody_ask_it_is_temporary_access_that_is_missing() -> None:
    lines = _lines(_facts("crm", "staff"), "view")
    assert _failing(lines) == {"grant"}
    assert "Customers (Sales)" in lines["grant"].mend[0]


def test_nobody_is_said_to_have_temporary_access_who_has_none() -> None:
    guest = _facts("wiki", "staff", "guests")
    assert "grant" not in _lines(guest, "view")
    held = replace(guest, grants=(Grant("gr_1", "wiki", frozenset({"view"}), NOW + HOUR),))
    assert _lines(held, "view")["grant"].holds
    assert "grant" not in _lines(held, "view", now=NOW + HOUR)


def test_no_proof_is_advised_where_no_proof_would_open_it() -> None:
    lines = _lines(_facts("payroll", "staff", strength=2), "view")
    assert _failing(lines) == {"proof", "groups"}
    assert "requires a passkey. You don't have a passkey yet." in lines["proof"].said
    assert lines["proof"].mend[0].startswith("Confirming it's you again wouldn't be enough")
    assert lines["proof"].minutes == 0
    said = " ".join(step for line in lines.values() for step in line.mend)
    assert "Confirm it" not in said
    assert "Confirm with" not in said


def test_an_old_proof_on_an_app_that_is_not_open_anyway_is_nothing_to_renew() -> None:
    lines = _lines(_facts("payroll", "staff", ago=5 * HOUR), "view")
    assert not lines["groups"].holds
    assert lines["proof"].minutes == 0


def test_a_forbid_against_what_a_group_may_do_is_not_said_to_be_a_missing_group() -> None:
    lines = _lines(_facts("wiki", "staff", "guests"), "view")
    assert _failing(lines) == {"groups"}
    assert "None of your groups" not in lines["groups"].said
    assert "a company policy" in lines["groups"].said
    assert lines["groups"].minutes == 0


def test_nobody_is_sent_to_ask_everybody() -> None:
    lines = _lines(_facts("wiki", "guests"), "view")
    assert "ask your administrator" in lines["groups"].mend[0]
    assert "Everybody" not in lines["groups"].mend[0]


def test_outside_the_hours_time_fails() -> None:
    night = from_iso("2026-11-24T21:00:00Z")
    lines = _lines(_facts("wiki", "contractors"), "view", now=night)
    assert _failing(lines) == {"time"}


@pytest.mark.parametrize("named", [Named.LEASE_EXPIRED, Named.JOURNAL_UNWRITABLE, Named.POLICY_ERROR])
def test_when_limen_itself_could_not_decide_no_blame_falls_on_the_person(named: Named) -> None:
    lines = _lines(_facts("crm", "staff"), "view", named)
    assert set(lines) == {"limen"}
    assert not lines["limen"].holds


@pytest.mark.parametrize("named", [Named.SESSION_ENDED, Named.SESSION_REVOKED, Named.NOT_SIGNED_IN])
def test_a_session_that_was_over_is_a_matter_of_proof(named: Named) -> None:
    assert _failing(_lines(_facts("crm", "staff"), "view", named)) == {"proof"}


def test_an_inactive_account_fails_as_such() -> None:
    facts = _facts("crm", "staff", "sales")
    facts = replace(facts, person=replace(facts.person, active=False))
    assert _failing(_lines(facts, "view", Named.PERSON_INACTIVE)) == {"account"}


@pytest.mark.slow
def test_every_refusal_has_something_that_failed_and_says_a_sentence_about_everything() -> None:
    refused = 0
    for app in COMPANY.all_apps.values():
        for groups in ((), ("staff",), ("guests",), ("contractors",), ("staff", "finance"), ("administrators",)):
            for strength in (2, 3):
                for action in ("view", "download", "edit", "share", "administer"):
                    facts = _facts(app.id, *groups, strength=strength, ago=6 * HOUR)
                    explanation = ENGINE.explain(Request(action), facts, NOW)
                    if explanation.decision.effect is Effect.PERMIT:
                        continue
                    refused += 1
                    lines = _checked(explanation)
                    assert any(not line.holds for line in lines)
                    assert all(line.said for line in lines)
                    assert all(line.mend for line in lines if not line.holds)
                    if not explanation.decision.at_once:
                        assert not any(line.minutes for line in lines), (app.id, groups, strength, action)
    assert refused > 100


def test_the_checklist_is_in_the_language_that_is_asked_for() -> None:
    explanation = ENGINE.explain(Request("view"), _facts("payroll", "staff", strength=2), NOW)
    lines = {line.kind: line for line in _checked(explanation, language=Language.GERMAN)}
    assert "verlangt einen Passkey. Sie haben noch keinen Passkey." in lines["proof"].said
    assert lines["groups"].title == "Ihre Gruppen"
    assert "fragen Sie die Zuständigen für Payroll (Finance)" in lines["groups"].mend[0]


def test_whoever_can_help_is_named_once_after_what_the_person_can_do() -> None:
    lines = _lines(_facts("payroll", "staff", strength=2), "view")
    tell = Words(Language.ENGLISH, ENGINE.zone).say("mend.tell")
    assert [kind for kind, line in lines.items() if tell in line.mend] == ["groups"]
    assert lines["proof"].mend, "which names its own step"
