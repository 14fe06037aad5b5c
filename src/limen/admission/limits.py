"""How much may be held, and for how long nothing may happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes, and numbers of connections. A *stranger* is whoever has no live session.

    `head_seconds`: for a request's head, from its first byte or from the connection's first moment on.
    `body_seconds`: for a body, and one second more for each `body_bytes_per_second` that came.
    `stalled_seconds`: for a client to read something of what waits for it.
    `idle_seconds`: between two requests of one connection.
    `of_a_source`: connections of strangers from one source (see `network_of`), at each listener.
    `of_strangers`: the same from all sources together.
    `bytes_of_strangers`: what their unfinished requests may hold in memory, at each listener.
    `of_an_owner`: requests in progress of one person or program, over all their sessions; of one sign-in three
    quarters.
    `connections`: all that the listener for browsers may hold. A request may need a second one, to its app.
    `of_the_fronts`: connections of nginx, Caddy or Envoy to the check server, out of what is kept back for deciding.
    `backlog`: connections that the system accepts in one go, before anything here is asked.
    """

    head_seconds: float = 10.0
    body_seconds: float = 10.0
    body_bytes_per_second: int = 1_024
    stalled_seconds: float = 60.0
    idle_seconds: int = 5
    of_a_source: int = 128
    of_strangers: int = 1_024
    bytes_of_strangers: int = 32 * 1024 * 1024
    of_an_owner: int = 256
    connections: int = 30_000
    of_the_fronts: int = 1_024
    backlog: int = 1_024

    @classmethod
    def within(cls, descriptors: int) -> Self:
        """The limits for a process that may have so many descriptors open.

        Half of them, at most 4,096, are kept back for deciding: the fronts that ask, the database, the journal and
        what the system accepts in one go. Each other connection is counted twice, because its app needs one, too.
        """
        most = cls()
        kept_back = min(descriptors // 2, 4_096)
        connections = (descriptors - kept_back) // 2
        strangers = min(most.of_strangers, connections // 2)
        return cls(
            of_a_source=min(most.of_a_source, strangers // 2),
            of_strangers=strangers,
            of_an_owner=min(most.of_an_owner, connections // 4),
            connections=connections,
            of_the_fronts=min(most.of_the_fronts, kept_back // 2),
            backlog=min(most.backlog, kept_back // 4),
        )
