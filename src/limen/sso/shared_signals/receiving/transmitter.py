"""A service that shares signals with Limen, as the company declares it: what it is believed, and of whom. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from limen.sso.shared_signals import event_types
from limen.sso.shared_signals.event_types import (
    AccountCredentialChangeRequired,
    AccountDisabled,
    AccountEnabled,
    AccountPurged,
    AssuranceLevelChange,
    CredentialChange,
    CredentialCompromise,
    DeviceComplianceChange,
    IdentifierRecycled,
    RiskLevelChange,
    SecurityEvent,
    SessionRevoked,
    SessionsRevoked,
    TokenClaimsChange,
    short_name,
)

Delivery = Literal["push", "poll"]


class May(StrEnum):
    """What the word of a transmitter may do here."""

    END_SESSIONS = "end_sessions"
    MARK_DEVICES = "mark_devices"
    RAISE_RISK = "raise_risk"
    DISABLE_ACCOUNTS = "disable_accounts"


MEANINGS: Final[Mapping[type[SecurityEvent], frozenset[May]]] = {
    SessionRevoked: frozenset({May.END_SESSIONS}),
    SessionsRevoked: frozenset({May.END_SESSIONS}),
    TokenClaimsChange: frozenset({May.END_SESSIONS}),
    AssuranceLevelChange: frozenset({May.END_SESSIONS}),
    CredentialChange: frozenset({May.RAISE_RISK}),
    CredentialCompromise: frozenset({May.END_SESSIONS, May.RAISE_RISK}),
    AccountCredentialChangeRequired: frozenset({May.END_SESSIONS, May.RAISE_RISK}),
    AccountDisabled: frozenset({May.END_SESSIONS, May.RAISE_RISK, May.DISABLE_ACCOUNTS}),
    AccountPurged: frozenset({May.END_SESSIONS, May.DISABLE_ACCOUNTS}),
    AccountEnabled: frozenset({May.DISABLE_ACCOUNTS}),
    IdentifierRecycled: frozenset({May.END_SESSIONS, May.RAISE_RISK}),
    RiskLevelChange: frozenset({May.RAISE_RISK, May.MARK_DEVICES}),
    DeviceComplianceChange: frozenset({May.MARK_DEVICES}),
}
"""The events that mean something here, each with what of it may come true."""
BY_NAME: Final[Mapping[str, str]] = {short_name(one.uri): one.uri for one in MEANINGS}
"""Their URIs, by how files call them."""


@dataclass(frozen=True, slots=True)
class SignalTransmitter:
    """A transmitter of `signals.yaml`.

    `name` is what people call it. `issuer` is who signs its tokens. `audience` is "" where Limen makes the stream
    itself; else somebody made it there for this audience, and `keys` is where the issuer publishes its keys ("": its
    configuration says it). `upstreams`
    are the sign-in services, by their IDs in `sign-in.yaml`, whose linked people it may speak of, `domains` the mail
    domains of the people it may. `events` are the URIs that it is believed. `ends_all`: sessions that it says have
    ended end whatever opened them, not only those that rest on one of `upstreams`. `of_all_devices`: it speaks of
    every device, not only of those of its people. `when_high` is what becomes of a device that it says is bad.
    `share` and `people`: as with a source of people, from how many it may take the account in a day.
    """

    id: str
    issuer: str
    name: str = ""
    delivery: Delivery = "push"
    audience: str = ""
    keys: str = ""
    events: frozenset[str] = frozenset()
    may: frozenset[May] = frozenset({May.END_SESSIONS})
    upstreams: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    ends_all: bool = False
    of_all_devices: bool = False
    when_high: str = "end_sessions"
    share: int = 10
    people: int = 5

    @property
    def as_source(self) -> str:
        """What it is called among those who say that a device is at risk: no sensor's name has a space."""
        return f"shared signals {self.id}"[:40]

    @property
    def makes_stream(self) -> bool:
        """Whether Limen makes the stream there, and asks for its status."""
        return not self.audience

    def believes(self, event: SecurityEvent) -> bool:
        return event.uri in self.events or event.uri in event_types.OF_THE_STREAM

    def may_do(self, what: May) -> bool:
        return what in self.may

    def speaks_for_address(self, address: str) -> bool:
        return address.rpartition("@")[2].casefold() in self.domains

    def most_disabled(self, known: int) -> int:
        """From how many it may take the account in a day, of so many people whom it speaks of."""
        return max(self.people, known * self.share // 100)


def standard_events(may: Iterable[May]) -> frozenset[str]:
    """The events that are believed where the file names none: all that could do something."""
    allowed = frozenset(may)
    return frozenset(one.uri for one, does in MEANINGS.items() if does & allowed)


@dataclass(frozen=True, slots=True)
class Transmitters:
    """All that `signals.yaml` declares, in its order."""

    transmitters: tuple[SignalTransmitter, ...] = ()

    def find(self, name: str) -> SignalTransmitter | None:
        return next((one for one in self.transmitters if one.id == name), None)
