"""A parsed file whose every part knows its line and column; it travels from the parsing child as plain JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Written = list[Any]
"""[line, column, value]: a mapping is a dict of [key line, key column, part], a sequence a list of parts."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The file's parts, and where a path of keys and indexes leads."""

    root: Written

    def plain(self) -> Any:
        """The values alone."""
        return _plain(self.root)

    def at(self, *path: str | int) -> tuple[int, int]:
        """Line and column of the value at the end of `path`, or of its last part that exists."""
        line, column, value = self.root
        for step in path:
            if isinstance(value, dict) and step in value:
                line, column, value = value[step][2]
            elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
                line, column, value = value[step]
        return line, column

    def key_at(self, *path: str | int) -> tuple[int, int]:
        """Line and column of the key at the end of `path`, where it is one; else as `at`."""
        *above, last = path
        value = self._value(above)
        if isinstance(value, dict) and last in value:
            line, column, _ = value[last]
            return line, column
        return self.at(*path)

    def holds(self, *path: str | int) -> bool:
        """Is there anything at the end of `path`?"""
        *above, last = path
        value = self._value(above)
        if isinstance(value, list):
            return isinstance(last, int) and 0 <= last < len(value)
        return isinstance(value, dict) and last in value

    def _value(self, path: list[str | int]) -> Any:
        value = self.root[2]
        for step in path:
            if isinstance(value, dict) and step in value:
                value = value[step][2][2]
            elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
                value = value[step][2]
            else:
                return None
        return value


def _plain(part: Written) -> Any:
    value = part[2]
    if isinstance(value, dict):
        return {key: _plain(inner[2]) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
