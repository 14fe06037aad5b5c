"""Facts as a person supposes them: for policy tests, for `limen why --person …`, for what-if. Unsaid is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from limen.cedar import EvaluationError
from limen.cedar.literals import CONSTRUCTORS
from limen.clock import MINUTE, Instant, Milliseconds
from limen.facts import ANYBODY, STRONGEST_TOKEN, App, Document, Facts, Label, Person
from limen.facts.facts import Plain
from limen.policy.attribute import Attribute, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.examples import facts_of

SOME_TUESDAY = "2026-01-06T10:00"
"""When a supposed request happens if nobody says: in working hours, on an ordinary day."""
SUPPOSED = "supposed"
"""The id of a person or document that nobody named."""


@dataclass(frozen=True, slots=True)
class Hypothetical:
    """What is taken to be known. `at` is local time in the company's zone; `proved` and `grant` are lengths of time.

    `device` is a compliance ("compliant", "non_compliant", "unknown") of a device that no sensor says anything against
    unless `more` does, or "" for a device nobody knows; `passing` are the checks that it passes. `risk` 0: nothing
    speaks against them; None is an unknown risk. `grant` 0 is no grant. `token`: a program asks, with a token made
    that long ago at that strength (at most 2, and without a device of its own). `more` are attributes that have no
    field, by path, and of instants how long ago they were. `document`: the label of a document that is asked for in the
    app; None: the app itself is.
    """

    strength: int = 2
    proved: Milliseconds = MINUTE
    token: bool = False
    at: str = SOME_TUESDAY
    device: str = ""
    managed: bool = False
    binding: int = 0
    platform: str = ""
    passing: tuple[str, ...] = ()
    country: str = ""
    address: str = ""
    network: str = ""
    anonymiser: bool = True
    risk: int | None = 0
    grant: Milliseconds = 0
    more: tuple[tuple[str, Plain], ...] = ()
    document: Label | None = None

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
        facts = facts_of(dict(self._said(now, networks)), person or ANYBODY, app, action, now)
        return facts if self.document is None else facts.about(Document(SUPPOSED, self.document))

    def _said(
        self, now: Instant, networks: tuple[tuple[str, IPv4Network | IPv6Network], ...]
    ) -> Iterator[tuple[str, Any]]:
        table = ATTRIBUTES.table
        yield "auth.strength", min(self.strength, STRONGEST_TOKEN) if self.token else self.strength
        yield "auth.interactive", not self.token
        yield from dict.fromkeys(("auth.at", "session.started"), now - self.proved).items()
        yield from {"place.country": self.country, "place.anonymiser": self.anonymiser}.items()
        address = ip_address(self.address) if self.address else None
        here = (name for name, network in networks if address is not None and address in network)
        yield "place.network", self.network or next(here, "")
        if address is not None:
            yield "place.address", (address.version, int(address))
        if self.risk is not None:
            yield from {"risk.known": True, "risk.score": self.risk}.items()
        if self.grant:
            yield "grant.until", now + self.grant
        for path, value in self.more:
            if path in table.loose and not (self.token and path.startswith("device.")):
                is_ago = table.loose[path].kind is Kind.INSTANT
                yield path, now - value if is_ago and isinstance(value, int) else value
        if self.device and not self.token:
            yield from {"device.known": True, "device.compliance": self.device}.items()
            yield from {"device.managed": self.managed, "device.binding": self.binding}.items()
            yield from {"device.platform": self.platform, "device.passing": frozenset(self.passing)}.items()
            if "device.risk" not in dict(self.more):
                yield "device.risk", 0


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
