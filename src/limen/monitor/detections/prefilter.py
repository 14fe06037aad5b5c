"""Finds which rules an event could meet, before any is looked at: equals by a look-up, parts of texts by Hyperscan.

Each field is looked at on its own. What it leaves out can't be met; a law holds it to that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from limen.monitor.detections.anchors import Anchor, anchors
from limen.monitor.detections.event_view import EventView, Value
from limen.monitor.detections.literals import scanner
from limen.monitor.detections.rule import Rule
from limen.monitor.detections.tree import EVERYTHING, How


class _Field:
    """What is looked for in one field, and the rules (by index) behind each of it."""

    def __init__(self) -> None:
        self.present: list[int] = []
        self.equals: dict[str, list[int]] = {}
        self.parts: dict[tuple[How, str], list[int]] = {}
        self._behind: list[list[int]] = []
        self._look: Callable[[str, Callable[..., None]], None] | None = None

    def add(self, anchor: Anchor, rule: int) -> None:
        if anchor.how is None:
            self.present.append(rule)
        elif anchor.how is How.EQUALS:
            self.equals.setdefault(anchor.text, []).append(rule)
        else:
            self.parts.setdefault((anchor.how, anchor.text), []).append(rule)

    def compile(self) -> None:
        self._behind = list(self.parts.values())
        self._look = scanner(list(self.parts)) if self.parts else None

    def collect(self, value: Value, into: set[int]) -> None:
        """Add the rules that this value could meet."""
        into.update(self.present)
        behind = self._behind

        def found(index: int, *_: object) -> None:
            into.update(behind[index])

        for text in (value,) if isinstance(value, str) else value:
            if text in self.equals:
                into.update(self.equals[text])
            if self._look is not None:
                self._look(text, found)


class Prefilter:
    """Of some rules, those that an event could meet."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._fields: dict[str, _Field] = {}
        self._always: list[int] = []
        for index, rule in enumerate(rules):
            found = anchors(rule.node)
            if not found:
                self._always.append(index)
            for anchor in found:
                self._fields.setdefault(anchor.field, _Field()).add(anchor, index)
        for field in self._fields.values():
            field.compile()
        self._everything = self._fields.pop(EVERYTHING, None)

    def candidates(self, view: EventView) -> list[int]:
        """The indexes of the rules that this event could meet, in their order."""
        found = set(self._always)
        fields = self._fields
        for name, value in view.items():
            field = fields.get(name)
            if field is not None:
                field.collect(value, found)
        if self._everything is not None:
            self._everything.collect(view.everything(), found)
        return sorted(found)
