"""Names become ids of people and devices; whoever is in doubt is nobody."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, strategies as st
from tests.monitor.normal_form.frames import only

from limen.monitor.normal_form.device_addresses import DeviceAddresses
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.identities import Identities

JANE, TOM, WREN, HERON = "p_jane", "p_tom", "d_wren", "d_heron"
KNOWN = Identities.of(
    people=[
        (JANE, ["jane", "Jane@harbor.example", "S-1-5-21-1-2-3-1105", "smith"]),
        (TOM, ["tom", "tom@harbor.example", "smith", "admin"]),
    ],
    devices=[(WREN, ["WREN", "SER-1"]), (HERON, ["heron"]), ("d_other", ["printer"]), ("d_third", ["printer"])],
    domains=["HARBOR", "harbor.example"],
)


def identify(event: NormalEvent) -> NormalEvent:
    return KNOWN.identify(event, DeviceAddresses())


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("jane", JANE),
        ("JANE@Harbor.example", JANE),
        ("HARBOR\\jane", JANE),
        ("s-1-5-21-1-2-3-1105", JANE),
        ("smith", ""),
        ("admin", ""),
        ("HARBOR\\admin", ""),
        ("EVIL\\jane", ""),
        ("WREN\\jane", ""),
        ("jane@evil.example", ""),
        ("jane ", ""),
        ("", ""),
        ("j" * 1_000, ""),
    ],
)
def test_who_is_called_so(name: str, person: str) -> None:
    assert KNOWN.person(name) == person


@pytest.mark.parametrize(
    ("name", "device"),
    [
        ("wren", WREN),
        ("Wren.harbor.example", WREN),
        ("ser-1", WREN),
        ("wren.evil.example", ""),
        ("printer", ""),
        ("", ""),
    ],
)
def test_what_is_called_so(name: str, device: str) -> None:
    assert KNOWN.device(name) == device


def test_an_event_gets_the_ids_of_those_it_names() -> None:
    found = identify(
        only("json", '{"user":"HARBOR\\\\jane","target_user":"tom","host":"wren","time":"2026-11-27T09:30:00Z"}')
    )
    assert (found.person_id, found.target_person_id, found.device_id) == (JANE, TOM, WREN)
    assert found.user == "HARBOR\\jane"


def test_where_no_name_tells_the_address_of_that_time_does() -> None:
    addresses = DeviceAddresses()
    line = '{"src_ip":"192.168.1.50","host":"%s","time":"2026-11-27T09:30:00Z"}'
    seen = only("json", line % "")
    seen.device_id = WREN
    addresses.note(seen)
    firewall = KNOWN.identify(only("json", line % "gate"), addresses)
    assert (firewall.person_id, firewall.device_id) == ("", WREN)
    assert KNOWN.identify(only("json", line % "heron"), addresses).device_id == HERON


def test_a_name_that_says_nothing_is_looked_up_by_its_sid() -> None:
    record = '{"EventID":4624,"Channel":"Security","TargetUserName":"j.smith","TargetUserSid":"S-1-5-21-1-2-3-1105"}'
    assert identify(only("windows", record)).person_id == JANE
    member = '{"EventID":4732,"Channel":"Security","MemberName":"-","MemberSid":"S-1-5-21-1-2-3-1105"}'
    assert identify(only("windows", member)).target_person_id == JANE


def test_limens_own_ids_stay() -> None:
    event = only("json", '{"user":"jane"}')
    event.person_id, event.device_id = TOM, HERON
    assert identify(event).person_id == TOM
    assert identify(event).device_id == HERON


def test_it_goes_to_another_process_as_it_is() -> None:
    assert msgspec.json.decode(msgspec.json.encode(KNOWN), type=Identities) == KNOWN


@given(st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.sampled_from(["x", "Y", "z"]), max_size=3)), max_size=6))
def test_an_alias_of_two_is_nobodys_in_whatever_order(named: list[tuple[str, list[str]]]) -> None:
    known = Identities.of(people=named)
    assert known == Identities.of(people=reversed(named))
    for alias in ("x", "y", "z"):
        owners = {one for one, aliases in named if alias in [each.casefold() for each in aliases]}
        assert known.person(alias) == (owners.pop() if len(owners) == 1 else "")
