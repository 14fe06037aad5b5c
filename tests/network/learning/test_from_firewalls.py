"""What firewalls tell of connections that began, and who had the address."""

from __future__ import annotations

from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any, cast

import pytest

from limen.clock import DAY, HOUR, MINUTE, SECOND, SetClock
from limen.facts import Auth, Session
from limen.network.learning.from_firewalls import Begun, Holders, flow_of

NOW = 20_000 * DAY
OFFICE = int(ip_address("10.10.0.7"))


def begun(at: int = NOW // SECOND, source: str = "10.10.0.7", protocol: int = 6, port: int = 443) -> Begun:
    return Begun(at, source, "fd00:20::5" if ":" in source else "10.20.0.5", protocol, port, 3)


def test_a_connection_is_a_flow_with_its_count() -> None:
    flow = flow_of(begun(), NOW)
    assert flow is not None
    assert (flow.at, flow.family, flow.source, flow.port, flow.count) == (NOW, 4, OFFICE, 443, 3)


@pytest.mark.parametrize(
    ("said", "is_begun"),
    [
        (begun(protocol=1, port=8), True),
        (begun(protocol=1, port=0), False),
        (begun(source="fd00:10::7", protocol=58, port=128), True),
        (begun(source="fd00:10::7", protocol=58, port=135), False),
        (begun(source="vlan10"), False),
        (Begun(1, "10.10.0.7", "fd00:20::5", 6, 443, 1), False),
    ],
)
def test_what_begins_nothing_or_is_between_no_addresses_is_no_flow(said: Begun, is_begun: bool) -> None:
    assert (flow_of(said, NOW) is not None) is is_begun


@pytest.mark.parametrize(("at", "counts_as"), [(0, NOW - DAY), (2**60, NOW), (NOW // SECOND - 60, NOW - MINUTE)])
def test_a_firewall_whose_clock_is_wrong_invents_no_days(at: int, counts_as: int) -> None:
    flow = flow_of(begun(at), NOW)
    assert flow is not None
    assert flow.at == counts_as


def session(id_: str, person: str, address: str = "10.10.0.7", device: str = "", **more: Any) -> Session:
    auth = cast("Auth", SimpleNamespace())
    said: dict[str, Any] = {"bound_until": NOW + HOUR if device else 0, "expires_at": NOW + HOUR, **more}
    return Session(id_, person, auth, NOW - HOUR, idle_ms=HOUR, address=address, device_id=device, **said)


def holders(*sessions: Session) -> tuple[Holders, dict[str, Session], SetClock]:
    known, clock = {one.id: one for one in sessions}, SetClock(NOW)
    return Holders(cast("Any", SimpleNamespace(sessions=known)), clock), known, clock


@pytest.mark.parametrize(
    ("sessions", "found"),
    [
        ((session("s1", "p_ida", device="d_1"), session("s2", "p_ida")), ("p_ida", "d_1")),
        ((session("s1", "p_ida", device="d_1", bound_until=NOW),), ("p_ida", "")),
        ((session("s1", "p_ida", device="d_1"), session("s2", "p_ida", device="d_2")), ("p_ida", "")),
        ((session("s1", "p_ida", device="d_1"), session("s2", "p_ben")), ("", "")),
        ((session("s1", "p_ida", expires_at=NOW),), ("", "")),
        ((session("s1", "p_ida", actions=frozenset({"read"})),), ("", "")),
        ((session("s1", "p_ida", address="10.10.0.8"),), ("", "")),
        ((session("s1", "p_ida", address="elsewhere"),), ("", "")),
        ((), ("", "")),
    ],
)
def test_who_is_signed_in_there_has_the_address_where_it_is_one_person(
    sessions: tuple[Session, ...], found: tuple[str, str]
) -> None:
    assert holders(*sessions)[0].whose(4, OFFICE, NOW) == found


def test_behind_a_public_address_is_nobody_and_before_they_came_neither() -> None:
    one, _, _ = holders(session("s1", "p_ida"), session("s2", "p_ben", "93.184.216.34"))
    assert one.whose(4, int(ip_address("93.184.216.34")), NOW) == ("", "")
    assert one.whose(4, OFFICE, NOW - 2 * HOUR) == ("", "")


def test_who_came_since_is_known_within_a_minute() -> None:
    one, known, clock = holders()
    assert one.whose(4, OFFICE, NOW) == ("", "")
    known["s1"] = session("s1", "p_ida")
    clock.forward(MINUTE)
    assert one.whose(4, OFFICE, NOW) == ("p_ida", "")
