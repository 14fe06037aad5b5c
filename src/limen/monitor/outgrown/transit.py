"""Events on their way through a stream: packed with a signature, so that only nodes of this company put any there.

Whoever runs the stream's server, or may publish to it, can hold events back, and put in what was there before (which is
known by each event's id); they can change none and add none.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final

from limen.connectors.nats.stream import ID

PURPOSE: Final = "events on their way"
"""What the keys are for: `Keyring.keys_for`."""
SIGNED: Final = "Limen-Signature"
MOST_LINES: Final = 1_000
MOST_BYTES: Final = 512 << 10
"""Of one message; a server takes 1 MB unless it is told otherwise. A line that is longer goes alone."""


def packed(lines: Sequence[bytes], key: bytes) -> Iterator[tuple[bytes, Mapping[str, str]]]:
    """The lines as messages, each with its headers: by its id the stream knows one that comes again."""
    begin = size = 0
    for at, line in enumerate(lines):
        if at > begin and (at - begin >= MOST_LINES or size + len(line) > MOST_BYTES):
            yield _message(lines[begin:at], key)
            begin, size = at, 0
        size += len(line)
    if begin < len(lines):
        yield _message(lines[begin:], key)


def unpacked(data: bytes, headers: Mapping[str, str], keys: Sequence[bytes]) -> list[bytes] | None:
    """The lines of a message; None where no node of ours packed it."""
    signature = headers.get(SIGNED, "")
    if not any(
        hmac.compare_digest(_signature(data, key), signature.encode("ascii", "replace").decode()) for key in keys
    ):
        return None
    return data.split(b"\n")


def _message(lines: Sequence[bytes], key: bytes) -> tuple[bytes, Mapping[str, str]]:
    data = b"\n".join(lines)
    return data, {ID: sha256(data).hexdigest(), SIGNED: _signature(data, key)}


def _signature(data: bytes, key: bytes) -> str:
    return hmac.new(key, data, sha256).hexdigest()
