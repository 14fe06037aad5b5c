"""All facts that one decision reads: one frozen value that can be written to a file and decided again anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from limen.facts.app import App
from limen.facts.document import Document
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

Plain: TypeAlias = bool | int | str | tuple[str, ...]
"""The value of an attribute without a field: a flag, a number, an instant in milliseconds, a text, or a sorted set."""


class Derived:
    """Room for what others derive from facts once; each owner has a place of its own. It is no part of the value."""

    __slots__ = ("block", "digest", "fields", "fold", "seen")

    def __init__(self) -> None:
        self.seen: Any = None  # the policies' words
        self.digest: Any = None  # the journal's name for them
        self.fold: Any = None  # the journal's event that is still open
        self.fields: Any = None  # what upstreams are told of the person
        self.block: Any = None  # the same as bytes on the wire

    def release(self) -> None:
        """Forget what points back at the facts: so they go when nobody holds them, not when the collector comes by."""
        self.seen = self.fold = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about who asks, with what, from where, for which app.

    It holds no `now` and no age, so the same value serves every request of a session until a fact changes. `derived` is
    room for what the policy engine derives from it once; it is no part of the value.

    `more`: attributes of these nouns that are declared by a part and have no field of their own, by their path in the
    order of paths: `(("device.encrypted", True),)`. What is not there is unknown, and reads as its worst value.

    `document`: what is asked for in the app, where its label is known; `app` has that label then, if it is the higher.
    """

    app: App
    person: Person = ANYBODY
    auth: Auth = UNPROVED
    session: Session | None = None
    device: Device = UNKNOWN_DEVICE
    place: Place = NOWHERE
    risk: Risk = UNKNOWN_RISK
    grants: tuple[Grant, ...] = ()
    more: tuple[tuple[str, Plain], ...] = ()
    document: Document | None = None
    derived: Derived = field(default_factory=Derived, init=False, compare=False, repr=False)

    def about(self, document: Document) -> Facts:
        """The same where a document in the app is asked for: it never counts as less than the app."""
        label = max(self.app.label, document.label)
        return replace(self, app=replace(self.app, label=label), document=document)
