"""What firewalls that follow Limen tell of connections that began, and who had the address that each came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_address
from typing import Final

from limen.clock import DAY, MINUTE, SECOND, Clock, Instant, Milliseconds
from limen.facts import FactStore, Session
from limen.network.learning.flows import FAMILIES, NOBODY, QUESTIONS, ObservedFlow, ends_of

LATEST: Final[Milliseconds] = DAY
"""What a firewall could not tell for longer counts as of then; what it says is yet to come, as of now."""
LOOKS_EVERY: Final[Milliseconds] = MINUTE


@dataclass(frozen=True, slots=True)
class Begun:
    """Connections alike within one second, as a firewall tells them. `at`: in seconds since 1970. They go to where
    they were translated to, and come from where they began.
    """

    at: int
    source: str
    destination: str
    protocol: int
    port: int
    count: int


def flow_of(one: Begun, now: Instant) -> ObservedFlow | None:
    """None where it is between no addresses, or ICMP that begins nothing."""
    ends = ends_of(one.source, one.destination)
    if ends is None or QUESTIONS.get(one.protocol, one.port) != one.port:
        return None
    at = min(max(one.at * SECOND, now - LATEST), now)
    return ObservedFlow(at, "", "", *ends, one.protocol, one.port, one.count)


def refused_flow_of(one: Begun, now: Instant) -> ObservedFlow | None:
    """As `flow_of`, of what a firewall did not let through."""
    flow = flow_of(one, now)
    return replace(flow, was_refused=True) if flow is not None else None


class Holders:
    """Who signed in from an address and is still signed in there, and on which device.

    Only of addresses that are one device's: behind a public one of IPv4 stands a whole network. Where two people
    signed in from one address, or one from two devices, it is not said which.
    """

    def __init__(self, known: FactStore, clock: Clock) -> None:
        self._known = known
        self._clock = clock
        self._looked_at: Instant | None = None
        self._of: dict[tuple[int, int], tuple[tuple[str, ...], tuple[str, ...], Instant]] = {}

    def whose(self, family: int, address: int, at: Instant) -> tuple[str, str]:
        """Their ids, of the person and of the device; "" for what is not known. Of before they came nothing is."""
        now = self._clock.now()
        if self._looked_at is None or not 0 <= now - self._looked_at < LOOKS_EVERY:
            self._looked_at, self._of = now, _by_address(self._known.sessions.values(), now)
        people, devices, since = self._of.get((family, address), ((), (), 0))
        return (_only(people), _only(devices)) if at >= since and len(people) == 1 else (NOBODY, NOBODY)


def _by_address(
    sessions: Iterable[Session], now: Instant
) -> dict[tuple[int, int], tuple[tuple[str, ...], tuple[str, ...], Instant]]:
    """By family and address: the people, their devices, and since when somebody has been there."""
    there: dict[tuple[int, int], list[Session]] = defaultdict(list)
    for one in list(sessions):
        if one.expires_at > now and not one.actions and (place := _place(one.address)) is not None:
            there[place].append(one)
    return {
        place: (
            tuple({one.person_id for one in some}),
            tuple({one.device_id for one in some if one.device_id and one.bound_until > now}),
            min(one.started_at for one in some),
        )
        for place, some in there.items()
    }


def _place(written: str) -> tuple[int, int] | None:
    try:
        address = ip_address(written)
    except ValueError:
        return None
    is_shared = address.is_loopback or (isinstance(address, IPv4Address) and not address.is_private)
    return None if is_shared else (FAMILIES[type(address)], int(address))


def _only(ids: tuple[str, ...]) -> str:
    return ids[0] if len(ids) == 1 else NOBODY
