"""Who may be told security events, of whom, and how; and all that the company says in `signals.yaml`. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult

from limen.facts.required_factors import EVERYONE
from limen.guarded_http import split
from limen.sso.shared_signals import event_types
from limen.sso.shared_signals.event_types import (
    AccountDisabled,
    AccountEnabled,
    AccountPurged,
    AssuranceLevelChange,
    CredentialChange,
    CredentialCompromise,
    DeviceComplianceChange,
    RecoveryActivated,
    SessionRevoked,
    TokenClaimsChange,
)
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter

LONGEST_ENDPOINT: Final = 1_000
SENT: Final = {
    event_types.short_name(one.uri): one
    for one in (
        SessionRevoked,
        CredentialChange,
        AssuranceLevelChange,
        DeviceComplianceChange,
        TokenClaimsChange,
        AccountDisabled,
        AccountEnabled,
        AccountPurged,
        CredentialCompromise,
        RecoveryActivated,
    )
}
"""The types of events that Limen tells, by what `signals.yaml` calls them."""
PUSH: Final = "urn:ietf:rfc:8935"
POLL: Final = "urn:ietf:rfc:8936"
"""How events are delivered (SSF 1.0 section 6.1)."""


class SubjectFormat(StrEnum):
    """How a receiver is told whom an event is about."""

    EMAIL = "email"
    """By their email address."""
    ISS_SUB = "iss_sub"
    """As the ID tokens of the receiver's app name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalReceiver:
    """Who may be told. `audience` is what tokens for it say in `aud`; `app` is the app that it is, "" for none.

    `events` are names in `SENT`. It is told about whoever is in one of the groups `about`, or, where that is empty,
    whoever has an account at its app. `push_to` is the one host, with its port where that is not 443, to which events
    may be pushed; "": none may.
    """

    id: str
    name: str
    audience: str
    events: tuple[str, ...]
    about: tuple[str, ...] = ()
    app: str = ""
    subject: SubjectFormat = SubjectFormat.EMAIL
    push_to: str = ""
    may_poll: bool = True

    @property
    def event_uris(self) -> tuple[str, ...]:
        """The types that it may be told, by their URIs."""
        return tuple(SENT[name].uri for name in self.events)

    @property
    def delivery_methods(self) -> tuple[str, ...]:
        return (*((PUSH,) if self.push_to else ()), *((POLL,) if self.may_poll else ()))

    def is_told_of(self, groups: Collection[str], apps: Collection[str]) -> bool:
        """Whether it is told about somebody in these groups, who has accounts at these apps."""
        if not self.about:
            return self.app in apps
        return EVERYONE in self.about or not set(self.about).isdisjoint(groups)

    def may_push_to(self, url: str) -> bool:
        """Whether this is an address that events may be pushed to: of https, on its one host, and nothing hidden in it.

        Where the name of that host leads is judged anew with each connection.
        """
        parts = split(url, LONGEST_ENDPOINT)
        return parts is not None and parts.scheme == "https" and bool(self.push_to) and _place(parts) == self.push_to


@dataclass(frozen=True, slots=True)
class SignalsFile:
    """What `signals.yaml` says."""

    receivers: tuple[SignalReceiver, ...] = ()
    transmitters: tuple[SignalTransmitter, ...] = ()

    def receiver(self, receiver_id: str) -> SignalReceiver | None:
        return next((one for one in self.receivers if one.id == receiver_id), None)


def _place(parts: SplitResult) -> str:
    """The host of an address, with its port where that is not 443; "" where a part of it would never be sent."""
    host = "" if parts.fragment else parts.hostname or ""
    return host if parts.port in {None, 443} else f"{host}:{parts.port}"
