"""Documents of clouds in JSON, as their own tools print them: bounded, and asked without trust in their shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from limen.network.reading.reading import MOST_BYTES, UnreadableError, refuse_beyond

_MOST_OBJECTS: Final = 200_000


def document_of(text: str | bytes) -> dict[str, Any]:
    """The object that a text is, or a list as the object `{"": [...]}`. Raises UnreadableError."""
    refuse_beyond(len(text), MOST_BYTES, "bytes")
    try:
        found = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise UnreadableError("this is not JSON", "give the file as the cloud's own tool printed it") from None
    if isinstance(found, list):
        return {"": found}
    if not isinstance(found, dict):
        raise UnreadableError("this is not JSON of a cloud", "give the file as the cloud's own tool printed it")
    return found


def objects(where: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in a list of this name; none where there is no list. Raises UnreadableError for anything else."""
    found = where.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise UnreadableError(f"{name[:40]!r} is not a list of objects")
    refuse_beyond(len(found), _MOST_OBJECTS, "objects in one list")
    return found


def refuse_without(where: Mapping[str, Any], *names: str) -> None:
    """Raises UnreadableError where a document has no list of any of these names: silence is no sign of safety."""
    if not any(isinstance(where.get(name), list) for name in names):
        raise UnreadableError("this document has no rules", "give the file as the cloud's own tool printed it")


def text(where: Mapping[str, Any], name: str) -> str:
    """The text of this name; "" where there is none."""
    found = where.get(name)
    return found[:300] if isinstance(found, str) else ""


def texts(where: Mapping[str, Any], *names: str) -> list[str]:
    """Of each name the text, or the texts in its list."""
    found: list[str] = []
    for name in names:
        value = where.get(name)
        found += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]
    refuse_beyond(len(found), _MOST_OBJECTS, "texts in one list")
    return found


def whole(where: Mapping[str, Any], name: str) -> int | None:
    found = where.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def merged(documents: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Several documents as one: lists of the same name one behind the other."""
    together: dict[str, list[Any]] = {}
    for one in documents:
        for name, value in one.items():
            if isinstance(value, list):
                together.setdefault(name, []).extend(value)
    return together
