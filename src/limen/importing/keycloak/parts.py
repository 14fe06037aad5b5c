"""Parts of an export as they can be relied on: lists, mappings and texts, and nothing else; and lists inside texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from limen.importing.report import Path

_LONGEST_LIST = 200_000


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def entries(body: Mapping[str, Any], key: str, at: Path) -> Iterator[tuple[Mapping[str, Any], Path]]:
    """Each mapping in the list at `key`, and where it stands."""
    value = body.get(key)
    for number, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, Mapping):
            yield one, (*at, key, number)


def listed(value: Any) -> list[Any] | None:
    """A list, also where it is written as JSON in a text, as in the settings of policies; None for what is none."""
    if isinstance(value, list):
        return value
    if not isinstance(value, str) or len(value) > _LONGEST_LIST:
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def is_true(value: Any) -> bool:
    """A flag, which the settings of policies and clients write as a text."""
    return value is True or value == "true"
