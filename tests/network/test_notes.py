"""What is sound and perhaps not meant, or due."""

from __future__ import annotations

from datetime import date

from tests.golden import Expected
from tests.network.written import ZONES, flow, stated

from limen.network.notes import notes

_DAY = date(2026, 11, 27)


def test_days_that_came_and_days_that_come(expected: Expected) -> None:
    ends = {"past": "2026-11-27", "soon": "2026-12-11", "later": "2026-12-12"}
    text = ZONES.replace("[10.30.0.0/24]", '[10.30.0.0/24, "fd00:30::/64"]').replace(
        "[10.60.0.0/28]", '[10.60.0.0/28, "fd00:60::/64"]'
    )
    text += "flows:\n" + "".join(
        flow(name, "office", "erp", "smb", f"owner: staff, purpose: work, review: {review}{expires}")
        for name, review, expires in (
            *((name, "2027-05-01", f", expires: {end}") for name, end in ends.items()),
            ("due", "2026-11-27", ""),
            ("not-due", "2026-11-28", ""),
        )
    )
    said = list(notes(stated(text), _DAY))
    assert len(said) == 3
    expected("\n".join(map(" / ".join, said)))


def test_ipv6_that_was_forgotten(expected: Expected) -> None:
    ((what, fix),) = notes(stated(ZONES), _DAY)
    expected(f"{what} / {fix}")
    four = "zones:\n  a: {kind: dmz, prefixes: [10.1.0.0/24]}\n  b: {kind: dmz, prefixes: [10.2.0.0/24]}\n"
    assert list(notes(stated(four), _DAY)) == []


def test_a_flow_that_stays_at_home_does_nothing_where_hosts_are_not_apart() -> None:
    text = (
        'zones:\n  a: {kind: dmz, prefixes: ["fd00:1::/64"]}\nhosts:\n  h: {zone: a, addresses: "fd00:1::1"}\nflows:\n'
    )
    text += flow("x", "h", "a", "smb")
    assert len(list(notes(stated(text), _DAY))) == 1
    apart = text.replace("kind: dmz", "kind: dmz, isolated: true")
    assert list(notes(stated(apart), _DAY)) == []


def test_a_router_without_any_interface_would_deny_everything() -> None:
    text = 'zones:\n  a: {kind: dmz, prefixes: ["fd00:1::/64"]}\nhosts:\n  h: {zone: a, addresses: "fd00:1::1"}\n'
    text += "firewalls:\n"
    router = text + "  gw1: {kind: nftables, device: gw1}\n"
    ((what, fix),) = notes(stated(router), _DAY)
    assert "gw1" in what
    assert "interface:" in fix
    with_a_leg = router.replace("kind: dmz", "kind: dmz, interface: eth1")
    by_itself = text + "  h: {kind: nftables, host: h}\n"
    assert [list(notes(stated(one), _DAY)) for one in (with_a_leg, by_itself)] == [[], []]
