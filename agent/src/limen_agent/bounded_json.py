"""Reading JSON that somebody else wrote, with bounds on its size and depth."""

from __future__ import annotations

import json
from typing import Any, Final

LONGEST_BYTES: Final = 64 * 1024
DEEPEST: Final = 8


def read_object(text: bytes | str, *, longest: int = LONGEST_BYTES, deepest: int = DEEPEST) -> dict[str, Any]:
    """The JSON object in `text`. Raises ValueError where it is none, too long, too deep, or says one key twice.

    Bytes are UTF-8, and half of a pair of surrogates (RFC 8259, section 8.2) is no text: nobody could write it down.
    """
    if len(text) > longest:
        raise ValueError(f"longer than {longest} bytes")
    try:
        as_text = text.decode() if isinstance(text, bytes) else text
        found = json.loads(as_text, object_pairs_hook=_each_key_once, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 -- what was read is wrong, not what was called
    _verify(found, deepest)
    return found


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _verify(value: object, left: int) -> None:
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict | list):
        if left == 0:
            raise ValueError("nested too deep")
        for inner in (*value, *value.values()) if isinstance(value, dict) else value:
            _verify(inner, left - 1)
