"""Finds which rules an event could meet, before any is looked at: equals by a look-up, parts of texts by Hyperscan.

Each field is looked at on its own. What it leaves out can't be met; a law holds it to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import hyperscan

from limen.monitor.detections.anchors import Anchor, anchors
from limen.monitor.detections.event_view import EventView, Value
from limen.monitor.detections.rule import Rule
from limen.monitor.detections.tree import EVERYTHING, How

_FLAGS: Final = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL
_SHAPES: Final = {How.CONTAINS: rb"%s", How.STARTS: rb"\A%s", How.ENDS: rb"%s\z"}


class _Field:
    """What is looked for in one field, and the rules (by index) behind each of it."""

    def __init__(self) -> None:
        self.present: list[int] = []
        self.equals: dict[str, list[int]] = {}
        self.parts: dict[tuple[How, str], list[int]] = {}
        self._behind: list[list[int]] = []
        self._scan: Any = None

    def add(self, anchor: Anchor, rule: int) -> None:
        if anchor.how is None:
            self.present.append(rule)
        elif anchor.how is How.EQUALS:
            self.equals.setdefault(anchor.text, []).append(rule)
        else:
            self.parts.setdefault((anchor.how, anchor.text), []).append(rule)

    def compile(self) -> None:
        if not self.parts:
            return
        database = hyperscan.Database()
        self._behind = list(self.parts.values())
        database.compile(
            expressions=[_SHAPES[how] % _escaped(text) for how, text in self.parts],
            ids=range(len(self.parts)),
            elements=len(self.parts),
            flags=[_FLAGS] * len(self.parts),
        )
        self._scan = database.scan

    def collect(self, value: Value, into: set[int]) -> None:
        """Add the rules that this value could meet."""
        into.update(self.present)
        behind = self._behind

        def found(index: int, *_: object) -> None:
            into.update(behind[index])

        for text in (value,) if isinstance(value, str) else value:
            if text in self.equals:
                into.update(self.equals[text])
            if self._scan is not None:
                self._scan(
                    text.encode("utf-8", "replace"),
                    match_event_handler=found,
                )


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


def _escaped(text: str) -> bytes:
    """The text as an expression of Hyperscan that means itself, byte by byte."""
    return re.sub(rb"[^A-Za-z0-9]", lambda one: rb"\x%02x" % ord(one[0]), text.encode("utf-8", "replace"))
