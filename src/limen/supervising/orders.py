"""What a parent and its workers say to each other: an order at the start, then single words on a socket."""

from __future__ import annotations

from typing import Final

import msgspec

READY: Final = b"r"
"""The worker answers."""
ALIVE: Final = b"a"
"""Its event loop runs; said again and again."""
LEAVE: Final = b"l"
"""Another worker has taken over: end without a request that fails."""
ALIVE_SECONDS: Final = 1.0


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """How a worker is started. `worker` is its number, `line` the descriptor it speaks with the parent by; the others
    are the sockets of the ports, -1 where one is turned off.
    """

    folder: str
    worker: int
    is_first: bool
    line: int
    browsers: int
    check: int = -1
    health: int = -1
