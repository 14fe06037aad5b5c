"""Facts as a person supposes them: for policy tests, for `limen why --person …`, for what-if. Unsaid is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from ipaddress import IPv4Network, IPv6Network, ip_address

from limen.clock import MINUTE, Instant, Milliseconds
from limen.facts import (
    ANYBODY,
    NOWHERE,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    UNPROVED,
    App,
    Auth,
    Device,
    Factor,
    Facts,
    Grant,
    Person,
    Place,
    Risk,
    Session,
    auth_of_token,
)

SOME_TUESDAY = "2026-01-06T10:00"
"""When a supposed request happens if nobody says: in working hours, on an ordinary day."""

_FACTORS = {
    0: frozenset[Factor](),
    1: frozenset({Factor.PASSWORD}),
    2: frozenset({Factor.PASSWORD, Factor.CODE}),
    3: frozenset({Factor.PASSKEY}),
}


@dataclass(frozen=True, slots=True)
class Supposed:
    """What is taken to be known. `at` is local time in the company's zone; `proved` and `grant` are lengths of time.

    `device` is a compliance ("compliant", "non_compliant", "unknown"), or "" for a device nobody knows. `risk` None is
    an unknown risk; `grant` 0 is no grant. `token`: a program asks, with a token made that long ago at that strength
    (at most 2, and without a device of its own).
    """

    strength: int = 2
    proved: Milliseconds = MINUTE
    token: bool = False
    at: str = SOME_TUESDAY
    device: str = ""
    managed: bool = False
    binding: int = 0
    platform: str = ""
    country: str = ""
    address: str = ""
    network: str = ""
    anonymiser: bool = True
    risk: int | None = None
    grant: Milliseconds = 0

    def now(self, zone: tzinfo) -> Instant:
        """Raises ValueError when `at` is no date and time."""
        moment = datetime.fromisoformat(self.at)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()) * 1000

    def facts(
        self,
        person: Person | None,
        app: App,
        action: str,
        now: Instant,
        networks: tuple[tuple[str, IPv4Network | IPv6Network], ...] = (),
    ) -> Facts:
        """The facts that follow; None is nobody signed in."""
        place = self._place(networks)
        if person is None:
            return Facts(app=app, person=ANYBODY, auth=UNPROVED, place=place)
        auth = Auth(self.strength, _FACTORS[self.strength], now - self.proved)
        if self.token:
            auth = auth_of_token(auth)
        grant = Grant("supposed", app.id, frozenset({action}), now + self.grant)
        return Facts(
            app=app,
            person=person,
            auth=auth,
            session=Session("supposed", person.id, auth, auth.at, now + MINUTE, MINUTE),
            device=self._device(now),
            place=place,
            risk=UNKNOWN_RISK if self.risk is None else Risk(self.risk, known=True, at=now),
            grants=(grant,) if self.grant else (),
        )

    def _device(self, now: Instant) -> Device:
        if not self.device or self.token:
            return UNKNOWN_DEVICE
        return Device(
            "supposed",
            known=True,
            compliance=self.device,
            managed=self.managed,
            binding=self.binding,
            platform=self.platform,
            seen_at=now,
        )

    def _place(self, networks: tuple[tuple[str, IPv4Network | IPv6Network], ...]) -> Place:
        network = self.network
        if self.address and not network:
            address = ip_address(self.address)
            network = next((name for name, one in networks if address in one), "")
        if not (self.address or network or self.country) and self.anonymiser:
            return NOWHERE
        return Place(self.address, bool(self.country), self.country, network, self.anonymiser)
