"""Days of people, as the journal tells them: sign-ins, and what is done with them from where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mmdb import LISBON, TUESDAY, VIENNA, owner, write_mmdb

from limen.clock import DAY, MINUTE, Instant
from limen.monitor.detections.hit import Hit
from limen.monitor.detections.shared_accounts.shared_accounts import SharedAccounts
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.places import Places
from limen.monitor.places.rules import Egress, EgressKind, PlaceRules

HOME, OFFICE, LISBON_FLAT, NEXT_DOOR, MOBILE, VPN, HOME_V6 = (
    "203.0.113.7",
    "192.0.2.10",
    "198.51.100.20",
    "198.18.0.9",
    "198.51.101.77",
    "198.51.100.200",
    "2001:db8::7",
)
NETWORKS: Final = (("office", "192.0.2.0/24"),)


def places(folder: Path) -> Places:
    """Vienna at home and in the office, somebody else's line next door, a flat in Lisbon, and a VPN that is named."""
    write_mmdb(
        folder / "city.mmdb",
        {
            "203.0.113.0/24": VIENNA,
            "192.0.2.0/24": VIENNA,
            "198.18.0.0/24": VIENNA,
            "2001:db8::/48": VIENNA,
            "198.51.100.0/25": LISBON,
            "198.51.101.0/24": LISBON,
        },
    )
    write_mmdb(
        folder / "asn.mmdb",
        {
            "203.0.113.0/24": owner(8447, "A1"),
            "2001:db8::/48": owner(8447, "A1"),
            "192.0.2.0/24": owner(1853, "Harbor"),
            "198.18.0.0/24": owner(6830, "Cable"),
            "198.51.100.0/25": owner(3243, "Lisboa"),
            "198.51.101.0/24": owner(12353, "Mobile"),
        },
        "ASN",
    )
    found = Places(folder)
    found.look_again(
        PlaceRules(("city.mmdb", "asn.mmdb"), egress=(Egress("vpn", EgressKind.VPN, (f"{VPN}/32",)),)), TUESDAY
    )
    return found


@dataclass(frozen=True)
class Machine:
    """A browser that somebody signs in with, once a day."""

    name: str
    system: str = "windows"
    device: str = ""
    browser: str = "Chrome"


def _event(machine: Machine, day: int, minute: float, address: str, **more: object) -> NormalEvent:
    at: Instant = TUESDAY + day * DAY + round(minute * MINUTE)
    said = {
        "uid": f"{machine.name} {day} {minute} {more.get('kind')}",
        "source": "limen",
        "person_id": "p_eve",
        "session": f"s_{machine.name}_{day}",
        "device_id": machine.device,
        "src_ip": address,
        "received_at": at,
        "at": at,
        **more,
    }
    return NormalEvent(**said)  # type: ignore[arg-type]


def sign_in(machine: Machine, day: int, minute: float, address: str) -> NormalEvent:
    fields = {"system": machine.system, "browser": machine.browser, "strength": 3}
    return _event(machine, day, minute, address, kind="sign_in.succeeded", fields=fields)


def step_up(machine: Machine, day: int, minute: float, address: str) -> NormalEvent:
    return _event(machine, day, minute, address, kind="step_up.succeeded")


def opens(machine: Machine, day: int, minute: float, address: str, app: str) -> NormalEvent:
    session, fields = f"a_{machine.name}_{day}_{app}", {"app": app, "parent": f"s_{machine.name}_{day}"}
    return _event(machine, day, minute, address, kind="session.app_opened", session=session, app=app, fields=fields)


def asks(machine: Machine, day: int, minute: float, address: str, what: str, app: str = "") -> NormalEvent:
    """A request that is permitted; `app`: with the session of that app."""
    session = f"a_{machine.name}_{day}_{app}" if app else f"s_{machine.name}_{day}"
    fields = {"effect": "permit", "method": "GET"}
    return _event(machine, day, minute, address, kind="decision", session=session, object=what, fields=fields)


def works(machine: Machine, day: int, address: str, minutes: Iterable[float]) -> Iterator[NormalEvent]:
    """Signs in, and asks for something else each time."""
    for number, minute in enumerate(minutes):
        kind = sign_in(machine, day, minute, address) if not number else None
        yield kind or asks(machine, day, minute, address, f"/page/{number}")


def found_in(detector: SharedAccounts, events: Iterable[NormalEvent]) -> list[Hit]:
    """What is found in these, in the order of their times."""
    return [hit for event in sorted(events, key=lambda one: one.at) for hit in detector.feed(event)]
