"""What a PATCH changes of a group's members, where it says nothing else: read without loading thousands of members."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

_ONE: Final = re.compile(r'members\[\s*value\s+eq\s+"([^"\\]{1,200})"\s*\]', re.IGNORECASE)


@dataclass(slots=True)
class MemberChanges:
    """Who is in the group afterwards: those of before unless all were `cleared`, without `left`, and `joined`."""

    cleared: bool = False
    joined: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def after(self, before: Iterable[str]) -> frozenset[str]:
        kept = frozenset() if self.cleared else frozenset(before)
        return (kept - self.left) | self.joined

    def clear(self) -> None:
        self.cleared = True
        self.joined.clear()
        self.left.clear()

    def add(self, members: Iterable[str]) -> None:
        for one in members:
            self.joined.add(one)
            self.left.discard(one)

    def take(self, members: Iterable[str]) -> None:
        for one in members:
            self.left.add(one)
            self.joined.discard(one)


def member_changes(operations: Iterable[tuple[str, str, Any]]) -> MemberChanges | None:
    """What these operations (op, path, value) do; None where one says anything else than members by their IDs."""
    changes = MemberChanges()
    for op, path, value in operations:
        one = _ONE.fullmatch(path)
        if one is not None and op == "remove" and value is None:
            changes.take([one[1]])
            continue
        where, told = path, value
        if not path and isinstance(value, dict) and len(value) == 1:
            ((where, told),) = value.items()
        if str(where).casefold() != "members":
            return None
        if op == "remove" and told is None:
            changes.clear()
            continue
        members = _ids(told)
        if members is None:
            return None
        if op == "replace":
            changes.clear()
        if op == "remove":
            changes.take(members)
        else:
            changes.add(members)
    return changes


def _ids(value: Any) -> list[str] | None:
    """The IDs in a list of members, or in one member; None for what is anything else."""
    members = value if isinstance(value, list) else [value]
    ids = [one.get("value") if isinstance(one, dict) else None for one in members]
    return [one for one in ids if isinstance(one, str) and one] if all(isinstance(one, str) for one in ids) else None
