"""One time that something happens to requests or grants: the transaction, when it is, by whom, and what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limen.access.model import AccessRequest, HeldGrant
from limen.access.notices import Notices
from limen.clock import Instant
from limen.events import Event
from limen.facts import App, Person
from limen.facts.access_rules import AccessRules
from limen.storage import Transaction

CHANGED: Final = "grants"
"""The kind of a change that says: somebody's grants are others. Its key is their id."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What requests are judged by: the rules and apps in force, and everybody as the database has them now."""

    rules: AccessRules
    apps: Mapping[str, App]
    people: Mapping[str, Person]


@dataclass(frozen=True, slots=True)
class Occasion:
    """`by` is the id of who does it, "" for the server itself."""

    transaction: Transaction
    basis: Basis
    notices: Notices
    now: Instant
    by: str = ""

    def say(self, kind: str, about: AccessRequest | HeldGrant, **more: str | int | bool) -> None:
        """Write down what happened."""
        self.transaction.say(event_of(kind, about, self.now, self.by, **more))


def event_of(kind: str, about: AccessRequest | HeldGrant, now: Instant, by: str, **more: str | int | bool) -> Event:
    """What happened, as an event. No justification is in it: people's own words stay in the database."""
    flow = about.flow if isinstance(about, AccessRequest) else None
    said: dict[str, str | int | bool] = {"app": about.app, "actions": " ".join(about.actions)}
    said = {**({"flow": flow.way} if flow is not None else said), "rule": about.rule}
    return Event(at=now, kind=kind, actor=by, subject=about.person_id, device=about.device_id, details={**said, **more})
