"""JSON of any depth. The standard reader recurses, and a chain of a thousand `||` is a thousand levels deep."""

from __future__ import annotations

import json
import re
from json import decoder
from typing import Any, Final

from limen.cedar.errors import ParseError

_scanstring: Final = decoder.scanstring  # type: ignore[attr-defined]
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_ATOM: Final = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def loads(text: str) -> Any:
    """As `json.loads`, but never a `RecursionError`: what is too deep for the standard reader is read by a loop."""
    try:
        return json.loads(text)
    except RecursionError:
        return _loads_deep(text)
    except ValueError as error:
        raise ParseError(str(error)) from None


def _loads_deep(text: str) -> Any:
    root: list[Any] = []
    open_containers: list[list[Any] | dict[str, Any]] = [root]
    names: list[str | None] = [None]
    at = _SPACE.match(text, 0).end()  # type: ignore[union-attr]
    while len(open_containers) > 1 or not root:
        container = open_containers[-1]
        if text[at : at + 1] in {"]", "}"}:
            open_containers.pop()
            names.pop()
            at = _after(text, at + 1)
            continue
        if isinstance(container, dict):
            names[-1], at = _name(text, at)
        value, at, opens = _value(text, at)
        if isinstance(container, dict):
            container[names[-1] or ""] = value
        else:
            container.append(value)
        if opens:
            open_containers.append(value)
            names.append(None)
            at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
        else:
            at = _after(text, at)
    return root[0]


def _name(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise ParseError(f"the JSON has no name at character {at}")
    name, at = _scanstring(text, at + 1, True)
    at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
    if text[at : at + 1] != ":":
        raise ParseError(f"the JSON has no colon at character {at}")
    return name, _SPACE.match(text, at + 1).end()  # type: ignore[union-attr]


def _value(text: str, at: int) -> tuple[Any, int, bool]:
    match text[at : at + 1]:
        case "{":
            return {}, at + 1, True
        case "[":
            return [], at + 1, True
        case '"':
            return *_scanstring(text, at + 1, True), False
    atom = _ATOM.match(text, at)
    if atom is None:
        raise ParseError(f"the JSON has no value at character {at}")
    return json.loads(atom[0]), atom.end(), False


def _after(text: str, at: int) -> int:
    """Past a finished value: over space and one comma."""
    at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
    return _SPACE.match(text, at + 1).end() if text[at : at + 1] == "," else at  # type: ignore[union-attr]
