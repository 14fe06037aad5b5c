"""What Limen gives a device to sign, so that nothing can be signed long ahead: recognised without having been kept."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import Final

from limen.clock import MINUTE, Instant, Milliseconds
from limen.devices.wire import RefusedError, decoded, encoded

GOOD_FOR: Final[Milliseconds] = 10 * MINUTE
_RANDOM, _END = 8, 8


class Nonces:
    """A nonce carries its end and a keyed digest (RFC 2104). A restart makes all of them stale, which agents mend."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def new(self, now: Instant) -> str:
        head = secrets.token_bytes(_RANDOM) + (now + GOOD_FOR).to_bytes(_END, "big")
        return encoded(head + self._digest(head))

    def judge(self, nonce: object, now: Instant) -> None:
        """Raises RefusedError where this is none of ours, or its time is over."""
        raw = decoded(nonce, 64) if isinstance(nonce, str) else b""
        head, digest = raw[: _RANDOM + _END], raw[_RANDOM + _END :]
        is_ours = hmac.compare_digest(digest, self._digest(head))
        if not is_ours or now >= int.from_bytes(head[_RANDOM:], "big"):
            raise RefusedError(428, "stale_nonce", "sign again with the nonce of this answer")

    def _digest(self, head: bytes) -> bytes:
        return hmac.digest(self._key, head, sha256)[:16]
