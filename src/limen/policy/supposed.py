"""Facts as a person supposes them: for policy tests, for `limen why --person …`, for what-if. Unsaid is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from ipaddress import IPv4Network, IPv6Network, ip_address

from limen.cedar import EvaluationError
from limen.cedar.literals import CONSTRUCTORS
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
from limen.facts.asked import Plain
from limen.policy.attribute import Attribute, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.examples import more_of

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
    (at most 2, and without a device of its own). `more` are attributes that have no field, by path, and of instants
    how long ago they were.
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
    more: tuple[tuple[str, Plain], ...] = ()

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
        place, more = self._place(networks), self._more(now, of_person=person is not None)
        if person is None:
            return Facts(app=app, person=ANYBODY, auth=UNPROVED, place=place, more=more)
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
            more=more,
        )

    def _more(self, now: Instant, *, of_person: bool) -> tuple[tuple[str, Plain], ...]:
        known = ATTRIBUTES.table.loose
        said = {
            path: now - value if isinstance(value, int) and known[path].kind is Kind.INSTANT else value
            for path, value in self.more
            if path in known
        }
        return more_of(said, of_person=of_person)

    def _device(self, now: Instant) -> Device:
        says_more = any(path.startswith("device.") for path, _ in self.more)
        if self.token or not (self.device or says_more):
            return UNKNOWN_DEVICE
        return Device(
            "supposed",
            known=True,
            compliance=self.device or UNKNOWN_DEVICE.compliance,
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


def read_value(row: Attribute, text: str) -> Plain | None:
    """What somebody wrote as a value of this attribute: `yes`, `3`, `12h` ago, `a, b`; None for what is none."""
    value: Plain | None = text
    match row.kind:
        case Kind.BOOL:
            value = {"yes": True, "no": False}.get(text)
        case Kind.NUMBER:
            value = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        case Kind.SET:
            value = tuple(sorted({one.strip() for one in text.split(",") if one.strip()}))
        case Kind.INSTANT:
            try:
                length = CONSTRUCTORS["duration"](text)
            except EvaluationError:
                return None
            value = int(length) if isinstance(length, int) else None
    return value if value is not None and row.holds(value) else None
