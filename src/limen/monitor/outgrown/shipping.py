"""Brings every event of this machine's store to ClickHouse, once it is durable here: so nothing waits for that.

What ClickHouse does not take stays here and comes later, for as long as the store here keeps it (`megabytes` under
`[monitor]`): that is how long ClickHouse may be away. How far it came is kept beside, with which lines were on their
way, so that after a hard stop the very same batch comes again and is known by its token.

ClickHouse may lose what it had, be put back from before, or be another server by the same name. Before each batch, and
while there is none, its own mark (`EventTable`) is held against what was brought: where it is behind, what is not there
comes again.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Final, Protocol

import msgspec

from limen.clock import Clock, Instant
from limen.connectors.clickhouse.client import ClickHouse, ClickHouseError
from limen.connectors.clickhouse.server import Server
from limen.monitor.link import Elsewhere
from limen.monitor.outgrown.event_table import EventTable
from limen.storage.event_store.keeping import Keeping
from limen.storage.files import replace_file

FILE: Final = "clickhouse.state"
MOST_LINES: Final = 20_000
"""Lines of one batch."""
GATHER_SECONDS: Final = 1.0
"""So long a batch gathers: ClickHouse takes few large ones better than many small ones."""
AGAIN_SECONDS: Final = (1.0, 30.0)
"""The first and the longest pause after it took nothing."""
EXPIRE_SECONDS: Final = 3_600.0
LOOK_SECONDS: Final = 30.0
"""So long after a look, where nothing is to be brought, whether ClickHouse still has what was brought."""

Position = tuple[int, int, int]

_log: Final = logging.getLogger("limen.monitor")


class Shipped(msgspec.Struct, kw_only=True):
    """How far it came. `chain`: what this store is called there. `sending`: the number of the last line on its way.

    `marked`: up to where ClickHouse was told that it has all; None where an older Limen brought it, which told nothing.
    `turn`: how often it went back.
    """

    chain: str = ""
    position: Position | None = None
    sending: int = 0
    marked: int | None = None
    turn: int = 0

    @property
    def n(self) -> int:
        """The number of the last event that is there."""
        return self.position[0] if self.position else 0

    def there(self, marked: int) -> int:
        """The number of the last event that is there, where ClickHouse's mark says `marked`."""
        return self.n if marked >= (self.marked or 0) else marked


class Kept(Protocol):
    """The store here."""

    def read(self, position: Position | None, most: int) -> Sequence[tuple[Position, bytes]]: ...

    @property
    def last_n(self) -> int: ...

    @property
    def expired_n(self) -> int:
        """Events up to this number are not kept here any more."""
        ...


def read_shipped(folder: Path) -> Shipped:
    """How far it came; nothing where that is not known: then all of it goes again, and none stands there twice."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Shipped)
    except (OSError, msgspec.MsgspecError):
        return Shipped()


class Shipping:
    """One thread. `keeping` says how long events are kept: None while that is not known, and then none is deleted.
    `figures` may be asked for by any thread.
    """

    def __init__(
        self,
        folder: Path,
        kept: Kept,
        server: Server,
        keeping: Callable[[], Keeping | None],
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._kept = kept
        self._client = ClickHouse(server)
        self._table = EventTable(self._client)
        self._keeping = keeping
        self._clock = clock
        self._state = read_shipped(folder)
        if not self._state.chain:
            self._state = _from_the_beginning()
        self._wrong = ""
        self._wrong_since: Instant = 0
        self._begins_after = kept.expired_n
        self._lost = 0
        self._refused = 0
        self._set_back = 0
        self._gone = 0
        self._is_prepared = False
        self._next_look = 0.0
        self._expired_at = 0.0
        self._ending = Event()
        self._thread = Thread(target=self._run, name="limen-ship", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def figures(self) -> Elsewhere:
        """How it goes."""
        behind = max(0, self._kept.last_n - self._state.n)
        return Elsewhere(
            behind=behind,
            lost=self._lost,
            refused=self._refused,
            set_back=self._set_back,
            gone=self._gone,
            wrong=self._wrong,
            since=self._wrong_since,
        )

    def close(self, seconds: float = 5.0) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    # In the thread

    def _run(self) -> None:
        pause, longest = AGAIN_SECONDS
        while not self._ending.is_set():
            try:
                wait = 0.0 if self.step() else GATHER_SECONDS
                pause = AGAIN_SECONDS[0]
            except Exception as error:  # noqa: BLE001 -- whatever it was, the next turn comes
                self._failed(error)
                wait, pause = pause, min(pause * 2, longest)
            self._ending.wait(wait)
        self._client.close()

    def step(self) -> bool:
        """Bring one batch; whether more is likely to wait. Raises ClickHouseError, OSError."""
        if not self._is_prepared:
            self._table.prepare()
            self._is_prepared = True
        self._begin_anew_where_it_was_put_back()
        if self._kept.last_n > self._state.n or time.monotonic() >= self._next_look:
            self._go_back_to_what_is_there()
            self._next_look = time.monotonic() + LOOK_SECONDS
        self._note_what_is_lost()
        read = self._kept.read(self._state.position, MOST_LINES)
        if self._state.sending > self._state.n:  # the batch that was on its way, just as it was
            read = [one for one in read if one[0][0] <= self._state.sending] or read
        if read:
            self._bring(read)
        self._expire()
        self._works()
        return len(read) == MOST_LINES

    def _bring(self, read: Sequence[tuple[Position, bytes]]) -> None:
        state, last = self._state, read[-1][0]
        state.sending = last[0]
        self._keep_state()
        self._refused += self._table.add(state.chain, [(at[0], line) for at, line in read], state.turn)
        self._table.mark(state.chain, last[0], state.turn)
        state.position, state.marked = last, last[0]
        self._keep_state()

    def _begin_anew_where_it_was_put_back(self) -> None:
        """A store that ends before what was brought was restored, or is another one: all of it goes, by a new name."""
        if self._kept.last_n < self._state.n:
            _log.warning("the store of events is not the one that was brought to ClickHouse: all of it is brought")
            self._state = _from_the_beginning()

    def _go_back_to_what_is_there(self) -> None:
        """What was brought and is not there any more comes again, under the same name: the rest is there already."""
        state = self._state
        if state.marked is None:
            brought, there = state.n, self._table.greatest(state.chain)
        else:
            brought, there = state.marked, self._table.marked(state.chain)
        if there < brought:
            state.turn += 1
            self._table.mark(state.chain, there, state.turn)
            self._go_back(brought, there)
        elif state.marked is None:
            self._table.mark(state.chain, state.n)
            state.marked = state.n
            self._keep_state()

    def _go_back(self, brought: int, there: int) -> None:
        state, expired_n = self._state, self._kept.expired_n
        gone = max(0, min(brought, expired_n) - there)
        _log.error("ClickHouse lost %d events that it had; %d of them are not here either", brought - there, gone)
        self._set_back += brought - there
        self._gone += gone
        n = max(there, min(state.n, expired_n))
        state.position, state.sending, state.marked = (n, 0, 0) if n else None, 0, there
        self._keep_state()

    def _note_what_is_lost(self) -> None:
        expired_n = self._kept.expired_n
        gone = expired_n - (self._state.n if self._state.position else self._begins_after)
        if gone > 0:
            self._lost += gone
            _log.error("%d events went here before ClickHouse had them: it was away for too long", gone)
            self._state.position = (expired_n, 0, 0)

    def _expire(self) -> None:
        is_due = time.monotonic() - self._expired_at > EXPIRE_SECONDS or not self._expired_at
        if is_due and (keeping := self._keeping()) is not None:
            self._table.expire(keeping, self._clock.now())
            self._expired_at = time.monotonic()

    def _failed(self, error: Exception) -> None:
        wrong = error.what if isinstance(error, ClickHouseError) else f"{type(error).__name__}"
        if wrong != self._wrong:
            _log.error("events are not brought to ClickHouse, and wait here: %s", wrong)
            self._wrong_since = self._wrong_since or self._clock.now()
            self._wrong = wrong
        if isinstance(error, ClickHouseError) and error.word in {"nothing-there", "lines"}:
            self._is_prepared = False  # it may have been made anew

    def _works(self) -> None:
        if self._wrong:
            _log.warning("events are brought to ClickHouse again")
        self._wrong, self._wrong_since = "", 0

    def _keep_state(self) -> None:
        replace_file(self._folder / FILE, msgspec.json.encode(self._state))


def _from_the_beginning() -> Shipped:
    return Shipped(chain=f"store-{secrets.token_hex(4)}", marked=0)
