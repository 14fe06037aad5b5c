"""Names become ids of people and devices; whoever is in doubt is nobody."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, strategies as st
from tests.monitor.normal_form.frames import RECEIVED, only

from limen.clock import HOUR
from limen.monitor.normal_form.identities import Identities, Seen

JANE, TOM, WREN, HERON = "p_jane", "p_tom", "d_wren", "d_heron"
KNOWN = Identities.of(
    people=[
        (JANE, ["jane", "Jane@harbor.example", "S-1-5-21-1-2-3-1105", "smith"]),
        (TOM, ["tom", "tom@harbor.example", "smith", "admin"]),
    ],
    devices=[(WREN, ["WREN", "SER-1"]), (HERON, ["heron"]), ("d_other", ["printer"]), ("d_third", ["printer"])],
    seen=[
        ("192.168.1.50", Seen(WREN, RECEIVED - HOUR, RECEIVED)),
        ("192.168.1.51", Seen(WREN, RECEIVED - HOUR, RECEIVED)),
        ("192.168.1.51", Seen(HERON, RECEIVED - HOUR, RECEIVED)),
        ("203.0.113.9", Seen(WREN, RECEIVED - HOUR, RECEIVED)),
        ("2001:db8::7", Seen(WREN, RECEIVED - HOUR, RECEIVED)),
        ("127.0.0.1", Seen(WREN, RECEIVED - HOUR, RECEIVED)),
    ],
    domains=["HARBOR", "harbor.example"],
)


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


@pytest.mark.parametrize(
    ("address", "before", "device"),
    [
        ("192.168.1.50", 0, WREN),
        ("192.168.1.50", 2 * HOUR, ""),
        ("192.168.1.51", 0, ""),
        ("203.0.113.200", 0, ""),
        ("2001:db8::7", 0, WREN),
        ("127.0.0.1", 0, ""),
        ("", 0, ""),
    ],
)
def test_which_device_was_at_an_address_then(address: str, before: int, device: str) -> None:
    assert KNOWN.device_at(address, RECEIVED - before) == device


def test_a_public_address_tells_of_nobody() -> None:
    many = Identities.of(seen=[("8.8.8.8", Seen(WREN, 0, RECEIVED))])
    assert many.device_at("8.8.8.8", RECEIVED) == ""


def test_an_event_gets_the_ids_of_those_it_names() -> None:
    found = KNOWN.identify(
        only("json", '{"user":"HARBOR\\\\jane","target_user":"tom","host":"wren","time":"2026-11-27T09:30:00Z"}')
    )
    assert (found.person_id, found.target_person_id, found.device_id) == (JANE, TOM, WREN)
    assert found.user == "HARBOR\\jane"
    firewall = KNOWN.identify(only("json", '{"src_ip":"192.168.1.50","host":"gate","time":"2026-11-27T09:30:00Z"}'))
    assert (firewall.person_id, firewall.device_id) == ("", WREN)


def test_a_name_that_says_nothing_is_looked_up_by_its_sid() -> None:
    record = '{"EventID":4624,"Channel":"Security","TargetUserName":"j.smith","TargetUserSid":"S-1-5-21-1-2-3-1105"}'
    assert KNOWN.identify(only("windows", record)).person_id == JANE
    member = '{"EventID":4732,"Channel":"Security","MemberName":"-","MemberSid":"S-1-5-21-1-2-3-1105"}'
    assert KNOWN.identify(only("windows", member)).target_person_id == JANE


def test_limens_own_ids_stay() -> None:
    event = only("json", '{"user":"jane"}')
    event.person_id, event.device_id = TOM, HERON
    assert KNOWN.identify(event).person_id == TOM
    assert KNOWN.identify(event).device_id == HERON


def test_it_goes_to_another_process_as_it_is() -> None:
    assert msgspec.json.decode(msgspec.json.encode(KNOWN), type=Identities) == KNOWN


@given(st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.sampled_from(["x", "Y", "z"]), max_size=3)), max_size=6))
def test_an_alias_of_two_is_nobodys_in_whatever_order(named: list[tuple[str, list[str]]]) -> None:
    known = Identities.of(people=named)
    assert known == Identities.of(people=reversed(named))
    for alias in ("x", "y", "z"):
        owners = {one for one, aliases in named if alias in [each.casefold() for each in aliases]}
        assert known.person(alias) == (owners.pop() if len(owners) == 1 else "")
