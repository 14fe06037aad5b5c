"""Who may hold a connection, and which one gives way where there are too many.

Whoever has a live session is counted under its owner, and refused what is too much. Strangers are counted by their
source. Where a source, or all of them together, hold too much, the oldest connection of the source with the most gives
way to the newest: an honest request is done in milliseconds, an attack holds on to what it has. So whoever fills
Limen's doors empties them again with their own next connection, and everybody else is served as before, even from the
same address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from limen.admission.crowd import Crowd
from limen.admission.limits import Limits
from limen.admission.source import network_of

TOO_SLOW: Final = "request-too-slow"
TOO_MANY: Final = "too-many-at-once"
FRONTS: Final = "fronts"
"""The source of connections of trusted proxies while they carry no request."""
LOOK_SECONDS: Final = 1.0
"""How often all connections are held against their deadlines, at the least."""


class FrontConnections(Protocol):
    """What Limen tells its own front of the connections of browsers, each called `address:port`."""

    def belongs_to(self, connection: str, owner: str, sign_in: str) -> None:
        """A live session of this owner has sent a request over it; `sign_in` is the one it hangs on, or ""."""

    def gave_way(self, connection: str) -> None:
        """A stranger's request that came over it was one too many."""


class Admission:
    """All connections of the process. Used on the event loop only.

    `front` is Limen's own front, which holds the connections that requests come by, where there is one.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.listeners: dict[str, Listener] = {}
        self.front: FrontConnections | None = None
        self._owned: dict[str, int] = {}
        self._look: asyncio.TimerHandle | None = None

    def listener(self, name: str, *, connections: int = 0, of_a_source: int = 0, owned: int = 0) -> Listener:
        """What the listener of this name has its connections enter by. What is 0 is as the limits say for browsers:
        all its `connections`, those `of_a_source`, and those that one owner may have.
        """
        limits = self.limits
        made = Listener(
            self,
            name,
            connections or limits.connections,
            of_a_source or limits.of_a_source,
            owned or limits.of_an_owner,
        )
        self.listeners[name] = made
        return made

    def take(self, owner: str, most: int) -> bool:
        """Count one more request in progress of this owner; False where they have `most` already."""
        number = self._owned.get(owner, 0)
        if number >= most:
            return False
        self._owned[owner] = number + 1
        return True

    def give_back(self, owner: str) -> None:
        left = self._owned[owner] - 1
        if left:
            self._owned[owner] = left
        else:
            del self._owned[owner]

    def look_soon(self) -> None:
        """Have the deadlines looked at from now on, for as long as there is a connection."""
        if self._look is None:
            limits = self.limits
            seconds = min(LOOK_SECONDS, limits.head_seconds / 4, limits.body_seconds / 4)
            self._look = asyncio.get_running_loop().call_later(seconds, self._look_at_all)

    def _look_at_all(self) -> None:
        """One look at all connections costs less than a timer for each request of them."""
        self._look = None
        now = asyncio.get_running_loop().time()
        late = [entry for listener in self.listeners.values() for entry in listener.open if 0.0 < entry.due < now]
        if any(listener.open for listener in self.listeners.values()):
            self.look_soon()
        for entry in late:
            entry.due = 0.0
            entry.drop(TOO_SLOW)


class Listener:
    """What one listener holds. `refused` counts what was turned away, by its word."""

    def __init__(self, admission: Admission, name: str, connections: int, of_a_source: int, owned: int) -> None:
        self.name = name
        self.limits = admission.limits
        self.admission = admission
        self.open: set[Entry] = set()
        self.refused: dict[str, int] = {}
        self.strangers: Crowd[Entry] = Crowd()
        self.at_rest: dict[Entry, None] = {}
        self.bytes_held = 0
        self._connections = connections
        self._of_a_source = of_a_source
        self.owned = owned

    def enter(self, peer: str, drop: Callable[[str], None], *, is_front: bool = False) -> Entry | None:
        """Let a new connection from `peer` in, as a stranger's; None where there is no room.

        `is_front`: a trusted proxy, which has many connections at rest. They are nobody's, and go only where there is
        no room at all; its requests count by their client's address.
        `drop` is called with the reason when it has to go: late, or in the way of others. It must end the connection,
        whose `leave` is called as always.
        """
        if len(self.open) >= self._connections and not (self.make_way() or self._drop(next(iter(self.at_rest), None))):
            self.count(TOO_MANY)
            return None
        entry = Entry(self, FRONTS if is_front else network_of(peer), drop)
        self.open.add(entry)
        entry.be_a_strangers(entry.source)
        self.admission.look_soon()
        return entry

    def count(self, word: str) -> None:
        self.refused[word] = self.refused.get(word, 0) + 1

    def hold_to_the_limits(self, source: str) -> None:
        """Have the oldest go where `source`, or all strangers, have become too many."""
        strangers = self.strangers
        while strangers.number_of(source) > self._of_a_source and self._drop(strangers.oldest(source)):
            pass
        limits = self.limits
        most = min(limits.of_strangers, self._connections)
        while (len(strangers) > most or self.bytes_held > limits.bytes_of_strangers) and self.make_way():
            pass

    def make_way(self) -> bool:
        """Have a stranger's connection go: the oldest of the source with the most. False where there is none."""
        return self._drop(self.strangers.oldest_of_the_largest())

    def _drop(self, entry: Entry | None) -> bool:
        """It is out of all counts at once, whatever its connection takes to end."""
        if entry is None:
            return False
        entry.leave()
        self.count(TOO_MANY)
        entry.drop(TOO_MANY)
        if entry.front_connection and self.admission.front is not None:
            self.admission.front.gave_way(entry.front_connection)
        return True


class Entry:
    """One connection, and the request that it carries at the moment.

    `due`: by when, on the loop's clock, its peer must have gone on; 0.0 while nothing is expected of it.
    `front_connection`: which connection to Limen's own front the request came by; "" for none.
    """

    __slots__ = ("_held", "_listener", "_owners", "_peer", "drop", "due", "front_connection", "source")

    def __init__(self, listener: Listener, source: str, drop: Callable[[str], None]) -> None:
        self._listener = listener
        self._peer = self.source = source
        self._owners: tuple[str, ...] = ()
        self._held = 0
        self.drop = drop
        self.due = 0.0
        self.front_connection = ""

    def came_from(self, address: str) -> None:
        """The request's head is there: this is the client's address, as far as trusted proxies tell."""
        self.be_a_strangers(network_of(address))

    def took(self, size: int) -> None:
        """So many bytes of an unfinished request came, and are held."""
        if not self._owners and self in self._listener.open:
            self._held += size
            self._listener.bytes_held += size
            self._listener.hold_to_the_limits(self.source)

    def belongs_to(self, owner: str, sign_in: str = "") -> bool:
        """A live session has sent the request: count it under its owner, until it is `done`. False where they have too
        many in progress; it stays a stranger's then.

        `sign_in` is the sign-in of theirs that it hangs on. One alone has no more than three quarters of what its owner
        may: whoever stole it can't keep them from signing in anew and ending it.
        """
        listener = self._listener
        if self._owners or self not in listener.open:
            return True
        wanted = {owner: listener.owned}
        if sign_in:
            wanted[f"{owner} {sign_in}"] = listener.owned - listener.owned // 4
        taken = tuple(one for one, most in wanted.items() if listener.admission.take(one, most))
        if len(taken) < len(wanted):
            for one in taken:
                listener.admission.give_back(one)
            listener.count(TOO_MANY)
            return False
        self._forget()
        self._owners = taken
        if self.front_connection and listener.admission.front is not None:
            listener.admission.front.belongs_to(self.front_connection, owner, sign_in)
        return True

    def done(self) -> None:
        """The request was answered, and the connection waits for the next: a stranger's, until that says more."""
        self.be_a_strangers(self._peer)

    def leave(self) -> None:
        """The connection is over. A second time, nothing."""
        if self in self._listener.open:
            self._listener.open.discard(self)
            self._forget()

    def be_a_strangers(self, source: str) -> None:
        """Count it under `source` from now on, and hold that to its limits."""
        if self not in self._listener.open:
            return
        self._forget()
        self.source = source
        if source == FRONTS:
            self._listener.at_rest[self] = None
            return
        self._listener.strangers.add(source, self)
        self._listener.hold_to_the_limits(source)

    def _forget(self) -> None:
        """Take it out of what it is counted in."""
        listener = self._listener
        listener.bytes_held -= self._held
        self._held = 0
        listener.at_rest.pop(self, None)
        if self._owners:
            for one in self._owners:
                listener.admission.give_back(one)
            self._owners = ()
        else:
            listener.strangers.remove(self.source, self)
