"""The devices that controls count are those of the console's page."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, strategies as st
from tests.devices.seen import NOW
from tests.roadmap.devices.harbor_devices import INTUNE, LATER, MEMBERS, browser, harbor, laptop, phone

from limen.devices.inventory.model import Known, inventory
from limen.devices.sources.matching import Word
from limen.devices.sources.record import Form
from limen.facts.device_rules import DeviceRules
from limen.roadmap.devices.evidence import DeviceEvidence
from limen.roadmap.devices.seen import devices

NAMES = ("ada", "ben")
ALL = (
    [laptop(one) for one in NAMES],
    [phone(one) for one in NAMES] + [phone("ada", form=Form.UNKNOWN, serial="s_other", is_managed=False)],
    [
        browser(one, device, system)
        for one in NAMES
        for device in ("", "d_ada", "d_gone")
        for system in ("linux", "ipad")
    ]
    + [browser("gone")],
)


@given(*(st.lists(st.sampled_from(some), unique_by=repr) for some in ALL), st.sampled_from([*Word, None]))
def test_they_are_those_of_the_inventory(held: list, records: list, browsers: list, word: Word | None) -> None:  # type: ignore[type-arg]
    rules = DeviceRules(sources={"intune": INTUNE})
    matches = {("intune", "phone_ada"): {"d_ada": word}} if word is not None else {}
    known = Known(held, records, matches, browsers, {one.person.id: one.person for one in MEMBERS})
    listed = Counter((one.tier, one.form, one.owner) for one in inventory(known, rules, LATER).devices)
    found = devices(DeviceEvidence(rules=rules, known=known), LATER)
    assert Counter((one.tier, one.form, one.owner) for one in found) == listed
    assert len({one.id for one in found}) == len(found)


def test_ids_lead_to_their_pages() -> None:
    found = devices(harbor(records=(phone("ada"),), browsers=(browser("ben", system="ipad"),)).devices, LATER)
    assert {one.id: one.page for one in found} == {
        "d_ada": "/console/devices/d_ada",
        "d_ben": "/console/devices/d_ben",
        "hardware s_ada": "/console/devices/seen",
        "browser p_ben Firefox ipad": "/console/devices/seen",
    }
    assert [one.is_computer for one in found] == [False, True, True, False]


def test_where_a_source_is_silent_there_are_none() -> None:
    assert devices(DeviceEvidence(), LATER) == ()


def test_a_device_whose_agent_is_silent_counts_while_somebody_signs_in_on_it() -> None:
    silent = (laptop("ada", at=0), laptop("ben", at=0))
    found = devices(harbor(silent, (browser("ada", "d_ada"), browser("gone", "d_ben"))).devices, LATER)
    assert [(one.id, one.seen_at) for one in found] == [("d_ada", NOW)]
