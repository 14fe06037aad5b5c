"""Random text that an expression matches: the truth that is planted."""

from __future__ import annotations

from functools import cache
from random import Random
from re import _constants as kinds, _parser  # type: ignore[attr-defined]
from typing import Any

_PRINTABLE = bytes(range(33, 127))
_MOST = 24
"""What may be repeated without end is, so often at most."""


def written(expression: str, random: Random) -> bytes:
    """A text that the expression matches as a whole."""
    return b"".join(_parts(_parsed(expression), random))


@cache
def _parsed(expression: str) -> Any:
    return _parser.parse(expression.encode())


def _parts(parsed: Any, random: Random) -> Any:
    for kind, said in parsed:
        if kind is kinds.LITERAL:
            yield bytes([said])
        elif kind is kinds.NOT_LITERAL:
            yield bytes([random.choice([one for one in _PRINTABLE if one != said])])
        elif kind is kinds.ANY:
            yield bytes([random.choice(_PRINTABLE)])
        elif kind is kinds.IN:
            yield bytes([random.choice(_characters(said))])
        elif kind is kinds.BRANCH:
            yield from _parts(random.choice(said[1]), random)
        elif kind is kinds.SUBPATTERN:
            yield from _parts(said[3], random)
        elif kind in {kinds.MAX_REPEAT, kinds.MIN_REPEAT}:
            least, most, repeated = said
            for _ in range(random.randint(least, min(most, max(_MOST, least)))):
                yield from _parts(repeated, random)
        elif kind is not kinds.AT:
            raise NotImplementedError(kind)


def _characters(said: Any) -> list[int]:
    negated, among = False, set()
    for kind, one in said:
        if kind is kinds.NEGATE:
            negated = True
        elif kind is kinds.LITERAL:
            among.add(one)
        elif kind is kinds.RANGE:
            among.update(range(one[0], one[1] + 1))
        else:
            among.update(_CATEGORIES[one])
    return sorted(set(_PRINTABLE) - among) if negated else sorted(among & {*_PRINTABLE, 32} or among)


_CATEGORIES = {
    kinds.CATEGORY_DIGIT: b"0123456789",
    kinds.CATEGORY_SPACE: b" ",
    kinds.CATEGORY_NOT_SPACE: _PRINTABLE,
    kinds.CATEGORY_WORD: bytes(one for one in _PRINTABLE if chr(one).isalnum() or one == 95),
}
