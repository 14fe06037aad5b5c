"""What Limen gives a device to sign, so that nothing can be signed long ahead: recognised without having been kept."""

from __future__ import annotations

from typing import Final

from limen.challenges import Binding, Challenges
from limen.clock import MINUTE, Instant, Milliseconds
from limen.devices.wire import RefusedError, decoded, encoded

GOOD_FOR: Final[Milliseconds] = 10 * MINUTE
_LONGEST: Final = 128
_TO_SIGN: Final = Binding("a device's message", b"")


class Nonces:
    """`key` is the server's, so that all workers know those of each other."""

    def __init__(self, key: bytes) -> None:
        self._challenges = Challenges(key)

    def new(self, now: Instant) -> str:
        return encoded(self._challenges.issue(_TO_SIGN, now, GOOD_FOR))

    def judge(self, nonce: object, now: Instant) -> None:
        """Raises RefusedError where this is none of ours, or its time is over."""
        raw = decoded(nonce, _LONGEST) if isinstance(nonce, str) else b""
        if self._challenges.ends_at(raw, _TO_SIGN, now) is None:
            raise RefusedError(428, "stale_nonce", "sign again with the nonce of this answer")
