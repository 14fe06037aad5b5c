"""What fronts take from a client's request: the gateway's own lists, as each front can say them."""

from __future__ import annotations

from typing import Final

from limen.enforcement.assertion import HEADERS
from limen.enforcement.headers import HOP_BY_HOP, STRIPPED, STRIPPED_PREFIXES, known_stripped

SAID_BY_LIMEN: Final = HEADERS
"""The fields by which an app is told who asks: a front copies each from Limen's answer."""

_OWN_OF_FRONTS: Final = frozenset({b"connection", b"transfer-encoding", b"te", b"keep-alive", b"upgrade", b"trailer"})
"""What fronts take away by themselves, as they must: RFC 9110 section 7.6.1."""


_ALL_OF_ONE_HOP: Final = HOP_BY_HOP - _OWN_OF_FRONTS


def names() -> tuple[str, ...]:
    """Names that are taken away whole."""
    return _sorted(STRIPPED | _ALL_OF_ONE_HOP)


def prefixes() -> tuple[str, ...]:
    """Beginnings of names that are taken away."""
    return tuple(prefix.decode() for prefix in STRIPPED_PREFIXES)


def written_out() -> tuple[str, ...]:
    """Every known name, for a front which can't take away a name by its beginning."""
    return _sorted(known_stripped() | _ALL_OF_ONE_HOP)


def _sorted(found: frozenset[bytes]) -> tuple[str, ...]:
    return tuple(sorted(name.decode() for name in found))
