"""All facts that one decision reads: one frozen value that can be written to a file and decided again anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from limen.facts.app import App
from limen.facts.nouns import (
    ANYBODY,
    NOWHERE,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    UNPROVED,
    Auth,
    Device,
    Grant,
    Person,
    Place,
    Risk,
    Session,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about who asks, with what, from where, for which app.

    It holds no `now` and no age, so the same value serves every request of a session until a fact changes. `memo` is
    room for what the policy engine derives from it once; it is no part of the value.
    """

    app: App
    person: Person = ANYBODY
    auth: Auth = UNPROVED
    session: Session | None = None
    device: Device = UNKNOWN_DEVICE
    place: Place = NOWHERE
    risk: Risk = UNKNOWN_RISK
    grants: tuple[Grant, ...] = ()
    memo: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
