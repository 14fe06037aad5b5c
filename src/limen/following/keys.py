"""Keys that sign what machines are told, changed with an overlap: each is known to all before it signs, and for as
long after as anything lasts that it signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeVar

from limen.clock import DAY, Instant, Milliseconds
from limen.following.wire import line_of, public_blob

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

AHEAD: Final[Milliseconds] = DAY
"""How long a key is known to all before it signs. Whoever was away for longer has to enrol again."""
LIVES: Final[Milliseconds] = 180 * DAY
KEPT: Final[Milliseconds] = 31 * DAY
"""How long a key still counts after its successor signs: longer than any certificate of a host."""


@dataclass(frozen=True)
class SigningKey:
    """One key. `secret` is the private one, raw."""

    id: str
    made_at: Instant
    secret: bytes = field(repr=False)

    @cached_property
    def private(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        return Ed25519PrivateKey.from_private_bytes(self.secret)

    @cached_property
    def blob(self) -> bytes:
        return public_blob(self.private.public_key())

    @cached_property
    def line(self) -> str:
        """The public key as it stands in a file."""
        return line_of(self.private.public_key())


K = TypeVar("K", bound=SigningKey)


def new_secret() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    return Ed25519PrivateKey.generate().private_bytes_raw()


def signing(able: Sequence[K], now: Instant) -> K:
    """Of keys, the newest first, the newest that is known long enough; the oldest where there is none, as on the first
    day.
    """
    return next((one for one in able if one.made_at + AHEAD <= now), able[-1])


def is_next_due(able: Sequence[SigningKey], now: Instant) -> bool:
    """Whether the next key has to be made, for it to be known before it signs."""
    return not able or able[0].made_at + LIVES - AHEAD <= now


def outlived(able: Sequence[K], now: Instant) -> list[K]:
    """Those whose successor has signed for long: nothing lasts any more that they signed."""
    return [older for newer, older in pairwise(able) if newer.made_at + AHEAD + KEPT <= now]
