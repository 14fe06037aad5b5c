"""JSON of another system as plain data: no key twice, no number that is none, not too deep and not too much.

Runs in the parsing child.
"""

from __future__ import annotations

import json
from typing import Any, Final

from limen.company.yaml_text import TextError

MAX_DEPTH: Final = 64
MAX_PARTS: Final = 2_000_000


class _RefusedError(Exception):
    """What can't be taken, and what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


def read_json(text: str) -> Any:
    """The document in `text`. Raises `TextError`."""
    try:
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise TextError(error.lineno, error.colno, f"this is not valid JSON: {error.msg}", "export it again") from None
    except _RefusedError as error:
        raise TextError(1, 1, error.what, error.fix) from None
    except (RecursionError, ValueError):
        raise TextError(1, 1, "this nests too deeply, or a number is too long", "export it again") from None
    _refuse_depth(value)
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _RefusedError(f"`{twice[:40]}` appears twice in one object", "remove one of them")
    return found


def _no_constant(word: str) -> Any:
    raise _RefusedError(f"`{word}` is not a number in JSON", "export it again")


def _refuse_depth(value: Any) -> None:
    """Level by level, so that its depth costs no stack."""
    level, depth, parts = [value], 0, 0
    while level:
        depth += 1
        parts += len(level)
        if depth > MAX_DEPTH:
            raise TextError(1, 1, f"this nests deeper than {MAX_DEPTH} levels", "it is no export")
        if parts > MAX_PARTS:
            raise TextError(1, 1, f"there are more than {MAX_PARTS} values here", "export it in parts")
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
