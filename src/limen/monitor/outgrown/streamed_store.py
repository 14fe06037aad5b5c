"""A stream before the store: what comes in is put into it, and one node takes from it what all of them put there.

Durable before it is acknowledged, at each step: a sender is answered when the stream has its events, and they leave the
stream when the store of the node that takes them has them on its disk. What is given out a second time after a hard
stop is known by the id of each event, as everything else that comes twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from threading import Event, Thread
from typing import Final, Protocol

import msgspec

from limen.clock import Clock, Instant, Milliseconds
from limen.connectors.nats.stream import Message, NatsError, Stream
from limen.errors import LimenError
from limen.monitor.link import Streamed
from limen.monitor.normal_form.frame import CANARY
from limen.monitor.outgrown.transit import packed, unpacked
from limen.monitor.process.parts import Position, Store
from limen.storage.errors import EventsUnwritableError

AT_ONCE: Final = 32
"""Messages that are kept as one."""
WAIT_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 2.0
_CANARY: Final = f'"{CANARY}"'.encode()

_log: Final = logging.getLogger("limen.monitor")


class Queue(Protocol):
    """The stream as it is used here (`connectors.nats.stream.Stream`)."""

    def put(self, messages: Sequence[tuple[bytes, Mapping[str, str]]]) -> None: ...

    def take(self, most: int, seconds: float) -> list[Message]: ...

    def acknowledge(self, messages: Sequence[Message]) -> None: ...

    def refuse(self, messages: Sequence[Message]) -> None: ...

    def waiting(self) -> int: ...

    def close(self) -> None: ...


class _Source(msgspec.Struct, gc=False):
    source: str


class StreamedStore:
    """`kept` behind `queue`; `keys`, the newest first, sign what goes through it. `takes` may be set at any time."""

    def __init__(self, kept: Store, queue: Queue | Stream, keys: Sequence[bytes], clock: Clock) -> None:
        self._kept = kept
        self._queue = queue
        self._keys = keys
        self._clock = clock
        self._waiting = 0
        self._refused = 0
        self._wrong = ""
        self._wrong_since: Instant = 0
        self._takes = Event()
        self._ending = Event()
        self._thread = Thread(target=self._run, name="limen-take", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def take_from_now_on(self, *, takes: bool) -> None:
        """Whether this node is the one that takes."""
        if takes:
            self._takes.set()
        else:
            self._takes.clear()

    @property
    def figures(self) -> Streamed:
        """How it goes."""
        return Streamed(
            waiting=self._waiting,
            refused=self._refused,
            takes=self._takes.is_set(),
            wrong=self._wrong,
            since=self._wrong_since,
        )

    # As the store of the process

    def append(self, lines: Sequence[bytes]) -> object:
        """Return when the stream has these. Raises EventsUnwritableError. Where another node takes, test events are
        kept here: they try what is here.
        """
        if not self._takes.is_set() and (own := [line for line in lines if _is_canary(line)]):
            self._kept.append(own)
            lines = [line for line in lines if not _is_canary(line)]
        try:
            if lines:
                self._queue.put(list(packed(lines, self._keys[0])))
        except NatsError as error:
            raise EventsUnwritableError(error.what, error.fix) from None
        return None

    def read(self, position: Position | None, most: int) -> Sequence[tuple[Position, bytes]]:
        return self._kept.read(position, most)

    def keep(self, times: Mapping[str, Milliseconds]) -> None:
        self._kept.keep(times)

    @property
    def size(self) -> int:
        return self._kept.size

    def close(self) -> None:
        """What was taken and not kept stays in the stream."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(2 * WAIT_SECONDS)
        self._queue.close()
        self._kept.close()

    # In the thread

    def _run(self) -> None:
        while not self._ending.is_set():
            if not self._takes.wait(WAIT_SECONDS):
                continue
            try:
                self.step()
                self._wrong, self._wrong_since = "", 0
            except Exception as error:  # noqa: BLE001 -- whatever it was, the next turn comes
                wrong = error.what if isinstance(error, LimenError) else type(error).__name__
                if wrong != self._wrong:
                    _log.error("events are not taken from the stream, and wait there: %s", wrong)
                    self._wrong, self._wrong_since = wrong, self._wrong_since or self._clock.now()
                self._ending.wait(AGAIN_SECONDS)

    def step(self, seconds: float = WAIT_SECONDS) -> int:
        """Take some, keep them, and let them leave the stream; how many events. Raises NatsError, StorageError."""
        taken = self._queue.take(AT_ONCE, seconds)
        opened = [(one, unpacked(one.data, one.headers, self._keys)) for one in taken]
        forged = [one for one, lines in opened if lines is None]
        if forged:
            self._refused += len(forged)
            _log.error("the stream held %d messages that no node of this company put there", len(forged))
            self._queue.refuse(forged)
        lines = [line for _, some in opened if some is not None for line in some]
        if lines:
            self._kept.append(lines)
        self._queue.acknowledge([one for one, some in opened if some is not None])
        self._waiting = self._queue.waiting()
        return len(lines)


def _is_canary(line: bytes) -> bool:
    if _CANARY not in line:
        return False
    try:
        return msgspec.json.decode(line, type=_Source).source == CANARY
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
