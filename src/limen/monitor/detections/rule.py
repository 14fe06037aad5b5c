"""A rule as a value: what it says of itself and of what it finds, and the tree that finds it."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from limen.clock import Instant, Milliseconds
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.tree import Node, Order

Entity = Literal["", "person", "device", "session", "user", "host", "address"]
Kind = Literal["event_count", "value_count", "temporal", "temporal_ordered"]

BUDGET_US: Final = 50
"""What a rule may cost of an event, on average, in microseconds; above it is named."""


class Examples(msgspec.Struct, frozen=True, gc=False):
    """Events that the rule must find, and such that it must not: each a mapping, or a list for a correlation."""

    positive: tuple[Any, ...] = ()
    negative: tuple[Any, ...] = ()


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says of itself. `file` and `line`: where it is written.

    `entity`: whom what it finds concerns ("": whoever of the event is known best). `sentence` and `next_step` are for
    people; `{name}` in them is a value of the hit, `{who}` whom it concerns. `response` is a word of the playbooks.
    `explained_by_passkey`: a passkey that is used afterwards on the same known device speaks for the person.
    """

    id: str
    title: str
    name: str = ""
    file: str = ""
    line: int = 0
    level: Level = Level.MEDIUM
    tags: tuple[str, ...] = ()
    author: str = ""
    description: str = ""
    false_positives: tuple[str, ...] = ()
    confidence: int = 50
    entity: Entity = ""
    sentence: str = ""
    sentence_de: str = ""
    next_step: str = ""
    next_step_de: str = ""
    response: str = ""
    explained_by_passkey: bool = False
    budget_us: int = BUDGET_US
    examples: Examples = Examples()

    def hit(self, name: str, at: Instant, entity: str, says: dict[str, str | int], **more: Any) -> Hit:
        """A finding with this id. `more` are fields of `Hit`; what they do not say is as it is said here."""
        own = {
            "level": self.level,
            "confidence": self.confidence,
            "tactics": tuple([tag for tag in self.tags if tag.startswith("attack.")]),
            "is_explained_by_passkey": self.explained_by_passkey,
            "response": self.response,
        }
        return Hit(id=name, rule=self.id, title=self.title, at=at, entity=entity, says=says, **{**own, **more})


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule over single events. "" of its log source is any; `source` is one by its name in `monitor.yaml`."""

    about: About
    product: str = ""
    category: str = ""
    service: str = ""
    source: str = ""
    node: Node

    @property
    def id(self) -> str:
        return self.about.id


class Correlation(msgspec.Struct, frozen=True, kw_only=True):
    """A rule over what other rules found within `span_ms`, for each value of `group_by` on its own.

    `rules` are ids, in their order. `field` is what is counted by `value_count`. `aliases` say, for a name in
    `group_by`, which field it is in the events of which rule. Field names are keys of `EventView`. `is_shown`: what
    its rules find is a finding of its own, too (`generate`).
    """

    about: About
    kind: Kind
    rules: tuple[str, ...]
    span_ms: Milliseconds
    group_by: tuple[str, ...] = ()
    order: Order = Order.GTE
    count: float = 1
    field: str = ""
    aliases: dict[str, dict[str, str]] = {}
    is_shown: bool = False

    @property
    def id(self) -> str:
        return self.about.id
