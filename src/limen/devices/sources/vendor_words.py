"""Reading what vendors answer: whatever is not of the expected kind is as if it had not been said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from limen.clock import SECOND, Instant, from_iso
from limen.devices import observed
from limen.devices.model import Check, CheckState
from limen.printable import is_printable


def inside(told: Mapping[str, Any], *path: str) -> Any:
    """What stands at a path of an object; None where the path ends before."""
    found: Any = told
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def text(told: Mapping[str, Any], *path: str, longest: int = 200) -> str:
    """A text that may be shown; "" for anything else, and for one that is too long."""
    found = inside(told, *path)
    return found.strip() if isinstance(found, str) and len(found) <= longest and is_printable(found) else ""


def instant(told: Mapping[str, Any], *path: str) -> Instant:
    """When something was, by ISO 8601; 0 where nobody says."""
    try:
        return max(0, from_iso(text(told, *path, longest=40))) // SECOND * SECOND
    except ValueError:
        return 0


def checks(at: Instant, **said: Mapping[str, Any] | None) -> dict[str, Check]:
    """Checks by what is known of them, in the shape in which agents report it; None: nothing."""
    return {check.id: check for check in _checks(at, said)}


def _checks(at: Instant, said: Mapping[str, Mapping[str, Any] | None]) -> Iterator[Check]:
    for name, told in said.items():
        if told is not None:
            yield Check(name, CheckState.OBSERVED, at, observed=observed.read(name, told))


def encryption(encrypted: Any, key_escrowed: Any = None, key_escrowed_at: Instant = 0) -> dict[str, Any] | None:
    """What is known of a disk and its recovery key; None where it is not known whether it is encrypted."""
    if not isinstance(encrypted, bool):
        return None
    told: dict[str, Any] = {"encrypted": encrypted}
    if isinstance(key_escrowed, bool):
        told["key_escrowed"] = key_escrowed
        if key_escrowed and key_escrowed_at:
            told["key_escrowed_at"] = key_escrowed_at // SECOND
    return told


def flag(name: str, told: Any) -> dict[str, bool] | None:
    """`{name: told}` where that is true or false; else None."""
    return {name: told} if isinstance(told, bool) else None
