"""Whom a candidate hits today: by what their devices reported, judged by the rules of both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.company.small_folder import small_folder
from tests.devices.seen import NOW, reported

from limen.clock import DAY
from limen.company.candidate import added, candidate
from limen.company.company import Company
from limen.company.devices_today import DevicesToday, DeviceTurn, PersonTurn, devices_today, rules_of, sentences
from limen.company.gate import FIRST_ADMINISTRATOR, Member
from limen.company.load import load_company
from limen.company.plan import kept_sentences, plan, reach_sentences
from limen.devices.model import EnrolledDevice, Held, KeyStorage, Platform, Posture
from limen.facts import Factor, Person

NEEDS_HEALTH = """
@id("payroll-from-healthy-devices")
@title("Payroll only from healthy devices")
forbid (principal, action, resource == App::"payroll")
unless { context.device.compliance == "compliant" && context.device.binding >= 1 };
"""
OFF: Mapping[str, Any] = {"firewall": {"enabled": False}}
LATE: Mapping[str, Any] = {"screen_lock": {"enabled": True, "after_s": 600}}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    loaded = load_company(small_folder(tmp_path))
    return candidate(loaded, added(loaded, NEEDS_HEALTH))


def with_rules(company: Company, *lines: str) -> Company:
    return candidate(company, {"devices.yaml": "\n".join(lines) + "\n"})


def member(name: str, *postures: Posture, **more: Any) -> Member:
    held = [Held(_laptop(name, place), posture, {}) for place, posture in enumerate(postures)]
    person = Person(name, groups=frozenset({"staff", "finance"}), active=True, **more)
    return Member(person, frozenset({Factor.PASSKEY}), held=tuple(held))


def _laptop(owner: str, place: int) -> EnrolledDevice:
    return EnrolledDevice(f"d_{owner}{place}", owner, "wren", Platform.LINUX, KeyStorage.FILE, True, NOW)


IDA, FINN, JUN = member("ida", reported(OFF, {"firewall": NOW})), member("finn", reported()), member("jun")


def test_a_stricter_check_takes_a_device_and_what_it_alone_opened(company: Company) -> None:
    after = with_rules(company, "checks:", "  firewall: {severity: block}")
    found = devices_today(company, after, (IDA, FINN, JUN, FIRST_ADMINISTRATOR), NOW)
    assert found.devices == (DeviceTurn("ida", "d_ida0", "compliant", "non_compliant", ("firewall",), ends=True),)
    assert found.people == (PersonTurn("ida", 1, loses=("payroll",)),)
    back = devices_today(after, company, (IDA, FINN, JUN), NOW)
    assert [(one.device, one.now) for one in back.devices] == [("d_ida0", "compliant")]
    assert back.people == (PersonTurn("ida", 1, gains=("payroll",)),)


def test_who_has_another_healthy_device_loses_nothing(company: Company) -> None:
    after = with_rules(company, "checks:", "  firewall: {severity: restrict}")
    ida = replace(IDA, held=(*IDA.held, Held(_laptop("ida", 1), reported(), {})))
    found = devices_today(company, after, (ida,), NOW)
    assert [one.device for one in found.devices] == ["d_ida0"]
    assert found.people == ()


def test_a_grace_is_told_with_its_end_and_takes_nothing_today(company: Company) -> None:
    after = with_rules(company, "checks:", "  screen_lock: {severity: warn, grace: 3d, within_minutes: 5}")
    finn = member("finn", reported(LATE))
    found = devices_today(company, after, (finn,), NOW)
    assert found.devices == (
        DeviceTurn("finn", "d_finn0", "compliant", "compliant", ("screen_lock",), due_at=NOW + 3 * DAY),
    )
    assert found.people == ()


def test_a_policy_that_asks_for_health_names_those_who_have_no_healthy_device(company: Company, tmp_path: Path) -> None:
    before = load_company(small_folder(tmp_path / "before"))
    strict = with_rules(company, "checks:", "  firewall: {severity: restrict}")
    found = devices_today(
        with_rules(before, "checks:", "  firewall: {severity: restrict}"), strict, (IDA, FINN, JUN), NOW
    )
    assert found.devices == ()
    assert {(one.person, one.devices, one.loses) for one in found.people} == {
        ("ida", 1, ("payroll",)),
        ("jun", 0, ("payroll",)),
    }


def test_who_is_not_there_is_not_hit(company: Company) -> None:
    after = with_rules(company, "checks:", "  firewall: {severity: block}")
    gone = replace(IDA, person=replace(IDA.person, active=False))
    assert devices_today(company, after, [gone, FIRST_ADMINISTRATOR], NOW).is_nothing


def test_a_device_that_never_reported_stays_unknown(company: Company) -> None:
    after = with_rules(company, "checks:", "  firewall: {severity: block}")
    assert devices_today(company, after, (member("ida", Posture()),), NOW).is_nothing


def test_the_plan_tells_it_and_keeps_no_name_of_a_device(company: Company) -> None:
    after = with_rules(company, "checks:", "  firewall: {severity: block}")
    found = plan(company, after, [], (IDA, FINN), until=NOW)
    assert not found.is_nobodys_gain_or_loss
    names = {"ida": "Ida Quay", "d_ida0": "wren"}
    said = reach_sentences(found, company, after, names)
    assert any("wren" in one and names["ida"] in one and "firewall" in one for one in said)
    assert "wren" not in str(found.effect)
    assert kept_sentences(found.effect, names) == said


def test_rules_that_no_file_says_are_the_baseline(company: Company) -> None:
    assert rules_of(company).requirements == rules_of(with_rules(company, "report_every: 5m")).requirements


def test_each_sentence_names_a_few_and_counts_the_rest() -> None:
    turns = tuple(DeviceTurn(f"p{n}", f"d{n}", "compliant", "non_compliant", ("os",)) for n in range(9))
    (said,) = sentences(DevicesToday(turns), {}, {})
    assert [one in said for one in ("d0", "p0", "os", "d4", "d8")] == [True, True, True, True, False]
