"""What one check comes to, by whose word, and for how long."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st
from tests.devices.seen import NOW, checks
from tests.roadmap.devices.harbor_devices import BOTH, SEEN, browser, harbor, laptop, phone

from limen.clock import DAY
from limen.devices.model import Check, CheckState, Held, Reason, Said
from limen.facts.device_rules import BASELINE, DeviceRules, DeviceSource, SourceKind
from limen.roadmap.devices.controls import CONTROLS
from limen.roadmap.devices.health import Asked, part
from limen.roadmap.model import Grade

ENCRYPTED = checks({"disk_encryption": {"encrypted": True}})
BARE = checks({"disk_encryption": {"encrypted": False}})
ASKED = Asked("disk_encryption")
ADA = (browser("ada", "d_ada"),)


def why(held: Held, rules: DeviceRules | None = None, asked: Asked = ASKED) -> tuple[bool, Grade]:
    found = part(harbor((held,), ADA, rules=rules), "x", asked)
    return found.is_met, found.grade


def test_an_agent_is_believed_for_a_day() -> None:
    assert why(laptop("ada")) == (True, Grade.MEASURED)
    assert not why(laptop("ada", at=NOW - DAY))[0]
    assert not why(laptop("ada", at=0))[0]
    assert not why(laptop("ada", {"disk_encryption": Reason.DENIED}))[0]


def test_another_source_can_only_speak_against_it() -> None:
    rules = DeviceRules(sources={"mdm": DeviceSource(SourceKind.PUSH)})

    def with_word(told: dict[str, Check], held: Held) -> bool:
        said = replace(held.posture, said=(Said("mdm", NOW, is_managed=True, vouches=True, checks=told),))
        found = part(harbor((replace(held, posture=said),), ADA, rules=rules, heard={"mdm": NOW}), "x", ASKED)
        return found.is_met

    assert with_word(ENCRYPTED, laptop("ada"))
    assert not with_word(BARE, laptop("ada"))
    assert not with_word(ENCRYPTED, laptop("ada", {"disk_encryption": {"encrypted": False}}))


def test_the_company_may_say_whose_word_decides() -> None:
    decided = replace(BASELINE["disk_encryption"], decided_by="mdm")
    rules = DeviceRules({"disk_encryption": decided}, sources={"mdm": DeviceSource(SourceKind.PUSH)})
    held = laptop("ada", at=0, said=(Said("mdm", NOW, is_managed=True, vouches=True, checks=ENCRYPTED),))
    found = part(harbor((held,), ADA, rules=rules, heard={"mdm": NOW}), "x", ASKED)
    assert (found.is_met, found.grade) == (True, Grade.IMPORTED)


@pytest.mark.parametrize(
    ("told", "seen_at", "is_met"),
    [(ENCRYPTED, NOW, True), (BARE, NOW, False), ({}, NOW, False), (ENCRYPTED, NOW - DAY, False)],
)
def test_a_phone_is_what_its_source_says(told: dict[str, Check], seen_at: int, is_met: bool) -> None:
    record = phone("ada", checks=told)
    record = replace(record, record=replace(record.record, seen_at=seen_at))
    found = part(harbor(records=(record,)), "x", ASKED)
    assert (found.is_met, found.numerator, found.denominator) == (is_met, 2 + is_met, 3)
    assert found.grade is Grade.IMPORTED


def test_what_does_not_apply_is_good_only_where_that_may_be() -> None:
    held = laptop("ada")
    none = Check("disk_encryption", CheckState.NOT_APPLICABLE, NOW)
    held = replace(held, posture=replace(held.posture, checks={"disk_encryption": none}))
    assert not why(held)[0]
    assert why(held, asked=replace(ASKED, may_not_apply=True))[0]


HELD = (*BOTH, laptop("ada", {"disk_encryption": {"encrypted": False}, "updates": Reason.DENIED}))


@given(st.lists(st.sampled_from(HELD), unique_by=lambda one: one.device.id), st.integers(0, 1))
def test_a_report_less_or_a_device_more_raises_no_share(held: list[Held], which: int) -> None:
    seen = (*SEEN, browser("ben", system="windows"))
    before = harbor(tuple(held), seen)
    silenced = [replace(one, posture=replace(one.posture, at=0)) if n == which else one for n, one in enumerate(held)]
    less = [
        harbor(tuple(silenced), seen),
        harbor(tuple(one for n, one in enumerate(held) if n != which), seen),
        harbor(tuple(held), (*seen, browser("ada", system="windows"))),
        harbor(tuple(held), ()),
    ]
    for control in CONTROLS:
        share = control.measured(before).share
        assert all(control.measured(one).share <= share for one in less)
