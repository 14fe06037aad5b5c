"""Which certificates are revoked, as sshd reads it: a key revocation list (PROTOCOL.krl of OpenSSH)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from limen.clock import SECOND, Instant
from limen.following.wire import string

_MAGIC: Final = b"SSHKRL\n\x00"
_FORMAT: Final = 1
_CERTIFICATES: Final = b"\x01"
_SERIALS: Final = b"\x20"


def revocation_list(authorities: Collection[bytes], serials: Collection[int], number: int, now: Instant) -> bytes:
    """The list that revokes these serial numbers of each of these authorities, given as public keys are sent.

    `number` grows from one list to the next. A list without an authority would revoke nothing, so there is always one.
    """
    header = _MAGIC + _FORMAT.to_bytes(4) + number.to_bytes(8) + (now // SECOND).to_bytes(8) + (0).to_bytes(8)
    header += string(b"") + string(b"")  # reserved, and a comment
    if not serials:
        return header
    numbers = _SERIALS + string(b"".join(one.to_bytes(8) for one in sorted(serials)))
    sections = (_CERTIFICATES + string(string(key) + string(b"") + numbers) for key in authorities)
    return header + b"".join(sections)
