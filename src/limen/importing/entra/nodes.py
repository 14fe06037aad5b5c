"""An object of the export, which tells the report of each value that is taken from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.importing.report import Path, Report

_LARGEST: Final = 1_000_000
"""No number of Graph's that an import takes is larger."""


class Node:
    """A JSON object and where it stands. What is asked for has to have the type that Graph documents; else it is as
    good as absent, and the report names it as unknown. `into` says what a value becomes in Limen.
    """

    __slots__ = ("_value", "path", "report")

    def __init__(self, value: object, path: Path, report: Report) -> None:
        self._value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        self.path = path
        self.report = report

    def __bool__(self) -> bool:
        return bool(self._value)

    def text(self, key: str, into: str = "") -> str:
        """The text there; "" where there is none."""
        value = self._value.get(key)
        return self._taken(key, value, into) if isinstance(value, str) else ""

    def flag(self, key: str, into: str = "", *, unsaid: bool = False) -> bool:
        value = self._value.get(key)
        return self._taken(key, value, into) if isinstance(value, bool) else unsaid

    def number(self, key: str, into: str = "") -> float:
        """0 where there is none."""
        value = self._value.get(key)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LARGEST
        return self._taken(key, value, into) if is_number else 0

    def words(self, key: str, into: str = "") -> tuple[str, ...]:
        """A list of texts, or, as Graph writes sets of flags, one text with commas."""
        value = self._value.get(key)
        if isinstance(value, str):
            return tuple(one.strip() for one in self._taken(key, value, into).split(",") if one.strip())
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            return ()
        return tuple(self._taken(key, value, into))

    def child(self, key: str) -> Node:
        """The object there; an empty one where there is none."""
        return Node(self._value.get(key), self.at(key), self.report)

    def children(self, key: str) -> list[Node]:
        value = self._value.get(key)
        several = value if isinstance(value, list) else []
        return [Node(one, self.at(key, place), self.report) for place, one in enumerate(several)]

    def says(self, key: str) -> bool:
        """Whether something is said there: neither null nor empty."""
        return self._value.get(key) not in (None, [], {}, "")

    def said(self) -> list[str]:
        """What something is said of. Annotations of OData (`value@odata.context`) say nothing of the tenant."""
        return [one for one in self._value if "@odata." not in one and self.says(one)]

    def has_list(self, key: str) -> bool:
        """Whether there is a list, if only an empty one."""
        return isinstance(self._value.get(key), list)

    def at(self, *steps: str | int) -> Path:
        return (*self.path, *steps)

    def _taken(self, key: str, value: Any, into: str) -> Any:
        if into:
            self.report.translated(self.at(key), into)
        return value
