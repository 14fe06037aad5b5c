"""Which events say that a person was somewhere: sign-ins that succeeded, and sessions that turn up elsewhere."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Final

import msgspec

from limen.clock import Instant
from limen.monitor.detections.travel.countries import CENTRES
from limen.monitor.detections.travel.distances import Point
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.whereabouts import Whereabouts

LIMEN: Final = "limen"
AUTHENTICATION: Final = 3002
LOGON: Final = 1
SUCCESS: Final = 1
FAILURE: Final = 2
NO: Final = 1
YES: Final = 2
_SAME_NETWORK: Final = {4: 24, 6: 48}


class Arrival(msgspec.Struct, frozen=True, array_like=True):
    """Somebody was there, at that time, with this. `device` is that which Limen itself saw, and `browser` what anybody
    can send; "" where it is not known. `session` is one that was opened there: one that is used there may be in other
    hands. `mfa` as in `NormalEvent`. `is_doubted`: it may have been somebody else.
    """

    at: Instant
    uid: str
    source: str
    address: str
    owner: int
    device: str
    session: str
    browser: str
    mfa: int
    point: Point
    is_doubted: bool = False


def is_sign_in(event: NormalEvent) -> bool:
    """Whether a person of the company tried to sign in from an address, and it is known how it ended."""
    return (
        event.class_uid == AUTHENTICATION
        and event.activity_id == LOGON
        and event.person_id != ""
        and event.src_ip != ""
        and event.status_id in {SUCCESS, FAILURE}
    )


def is_use_of_session(event: NormalEvent) -> bool:
    """Whether one of Limen's own sessions got what it asked for: it may be in other hands by now."""
    is_let_in = event.kind == "decision" and event.fields.get("effect") == "permit"
    return is_let_in and event.source == LIMEN and event.session != "" and event.person_id != "" and event.src_ip != ""


def arrival(event: NormalEvent, found: Whereabouts) -> Arrival | None:
    """Where this event says that its person was; None where not even a country is known of its address."""
    point = _point(found)
    if point is None:
        return None
    device = event.device_id if event.source == LIMEN else ""
    return Arrival(
        at=event.at,
        uid=event.uid,
        source=event.source,
        address=found.address,
        owner=found.owner,
        device=device,
        session=event.session if event.source == LIMEN and is_sign_in(event) else "",
        browser=event.user_agent[:100],
        mfa=mfa_of(event),
        point=point,
    )


def _point(found: Whereabouts) -> Point | None:
    """As the database has it; else the middle of the country."""
    if found.country and found.latitude is not None and found.longitude is not None:
        return Point(found.country, found.city, found.latitude, found.longitude, found.radius_km)
    centre = CENTRES.get(found.country)
    return Point(found.country, "", *centre) if centre is not None else None


def mfa_of(event: NormalEvent) -> int:
    """Whether several factors were proved. Limen's own events say a strength."""
    strength = event.fields.get("strength") if event.source == LIMEN else None
    if isinstance(strength, int):
        return YES if strength >= 2 else NO
    return event.mfa


def is_same_network(one: Arrival, other: Arrival) -> bool:
    """Whether both came from one network: nobody travels within it."""
    if one.address == other.address:
        return True
    first, second = ip_address(one.address), ip_address(other.address)
    if first.version == second.version:
        near = ip_network((int(first), _SAME_NETWORK[first.version]), strict=False)
        if second in near:
            return True
    return one.owner == other.owner != 0 and one.device == other.device != ""
