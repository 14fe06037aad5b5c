"""How much one request of a source may be, looked at before anything reads it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

MOST_BYTES: Final = 1024 * 1024
"""Of a body: a group with some ten thousand members."""
MOST_OPERATIONS: Final = 100
"""Of a bulk request, all in one transaction, in which nobody else writes."""
MOST_RESULTS: Final = 200
"""On one page."""
MOST_DEPTH: Final = 12
MOST_PATCHES: Final = 1_000
"""Operations of one PATCH: each may look through all members of a group."""
LONGEST_FILTER: Final = 2_000
LONGEST_QUERY: Final = 6_000
MOST_MEMBERS: Final = 50_000
"""Of one group."""
MOST_MEMBER_STEPS: Final = 50_000
"""Operations of a PATCH times members of the group, where each operation looks through them."""
MOST_LOOKED_THROUGH: Final = 20_000
"""Resources that one search may look at, where no index answers its filter."""


class UnreadableError(ValueError):
    """A body that is no JSON, or more than is read of any."""


def is_too_many(body: object, most: int = MOST_PATCHES) -> bool:
    """Whether any list called `Operations` in a body that was read holds more than this."""
    if isinstance(body, list):
        return any(is_too_many(one, most) for one in body)
    if not isinstance(body, dict):
        return False
    return any(
        is_too_many(value, most)
        or (isinstance(value, list) and len(value) > most and str(key).casefold() == "operations")
        for key, value in body.items()
    )


def _nested(most: int) -> Any:
    """The type of JSON that nests no deeper than this."""
    level: Any = str | int | float | bool | None
    for _ in range(most):
        level = str | int | float | bool | None | list[level] | dict[str, level]
    return level


_DECODER: Final = msgspec.json.Decoder(_nested(MOST_DEPTH))


def decoded(body: bytes) -> Any:
    """What a body says. One that nests deeper than `MOST_DEPTH` is read no further than to there.

    Raises UnreadableError.
    """
    try:
        return _DECODER.decode(body)
    except msgspec.ValidationError:  # also raised for a number that is out of range
        raise UnreadableError("the body nests too deeply, or a number in it is out of range") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableError("the body is no JSON") from None
