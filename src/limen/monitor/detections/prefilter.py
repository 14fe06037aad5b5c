"""Finds which rules an event could meet, before any is looked at: equals by a look-up, parts of texts by Hyperscan.

Each field is looked at on its own. What it leaves out can't be met; a law holds it to that.
"""

from __future__ import annotations

from collections.abc import Iterable

from limen.monitor.detections.event_view import EventView, Value
from limen.monitor.detections.literals import Look, scanner
from limen.monitor.detections.required_values import RequiredValue, required_values
from limen.monitor.detections.rule import Rule
from limen.monitor.detections.tree import EVERYTHING, How


class _Field:
    """What is looked for in one field, and the rules (by index) behind each of it."""

    __slots__ = ("behind", "equals", "look", "parts", "present")

    def __init__(self) -> None:
        self.present: list[int] = []
        self.equals: dict[str, list[int]] = {}
        self.parts: dict[tuple[How, str], list[int]] = {}
        self.behind: list[list[int]] = []
        self.look: Look | None = None

    def add(self, needed: RequiredValue, rule: int) -> None:
        if needed.how is None:
            self.present.append(rule)
        elif needed.how is How.EQUALS:
            self.equals.setdefault(needed.text, []).append(rule)
        else:
            self.parts.setdefault((needed.how, needed.text), []).append(rule)

    def compile(self) -> None:
        self.behind = list(self.parts.values())
        self.look = scanner(list(self.parts)) if self.parts else None

    def collect(self, value: Value, into: set[int]) -> None:
        """Add the rules that this value could meet."""
        into.update(self.present)
        for text in (value,) if isinstance(value, str) else value:
            if text in self.equals:
                into.update(self.equals[text])
            if self.look is not None:
                for index in self.look(text):
                    into.update(self.behind[index])


class Prefilter:
    """Of some rules, those that an event could meet."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._fields: dict[str, _Field] = {}
        self._always: list[int] = []
        for index, rule in enumerate(rules):
            found = required_values(rule.node)
            if not found:
                self._always.append(index)
            for needed in found:
                self._fields.setdefault(needed.field, _Field()).add(needed, index)
        for field in self._fields.values():
            field.compile()
        self._everything = self._fields.pop(EVERYTHING, None)

    def candidates(self, view: EventView) -> list[int]:
        """The indexes of the rules that this event could meet, in their order."""
        found = set(self._always)
        fields = self._fields
        for name in fields.keys() & view.said.keys():
            value = view[name]
            if value is not None:
                fields[name].collect(value, found)
        if self._everything is not None:
            self._everything.collect(view[EVERYTHING] or "", found)
        return sorted(found)
