"""In which order detections read the store, so that a source that floods makes itself late and nobody else.

What is newest is read first, in the order of its keeping. Where that falls behind, the source that says most of it is
passed over from there on, and becomes late: it is read from a place of its own, in turn with others that are late, in
the time that is left. When it has come to where the newest is, it is read with everybody else again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from limen.clock import SECOND, Instant, Milliseconds
from limen.monitor.process.parts import Position, Store
from limen.monitor.process.state import Late, State

AT_ONCE: Final = 2_000
"""Lines of the newest between two looks at whatever else there is to do."""
LATE_AT_ONCE: Final = 1_000
"""Lines of what is late between two looks at what is newest."""
BEHIND_AFTER: Final[Milliseconds] = SECOND
"""When the newest is so far behind, and more so than when somebody had to wait before, somebody has to wait."""
START: Final[Position] = (0, 0, 0)

_log: Final = logging.getLogger("limen.monitor")


class _Head(msgspec.Struct, gc=False):
    """What is looked at of a line before it is that line's turn."""

    source: str
    received_at: Instant


class Piece(NamedTuple):
    """Lines whose turn it is, all that were read up to `end`; `late` is whose they are, "" for whoever keeps up.

    `until`: all that came until then, of whoever this piece is about, has been looked at with it. `is_all` says that
    there is no more.
    """

    lines: Sequence[bytes]
    end: Position
    until: Instant
    is_all: bool
    late: str = ""


class FairReading:
    """What is to be looked at next. `done` moves the places in the state, and is called when it has been."""

    def __init__(self, kept: Store, state: State) -> None:
        self._kept = kept
        self._state = state
        self._was_behind: Milliseconds = 0
        self._read_head = msgspec.json.Decoder(_Head).decode

    def newest(self, now: Instant) -> Piece | None:
        """The next lines of all who are not late; None where there is nothing new."""
        read = self._kept.read(self._state.position, AT_ONCE)
        if not read:
            return None
        heads = [self._head(line) for _, line in read]
        is_all = len(read) < AT_ONCE
        behind = now - heads[0].received_at
        if is_all:
            self._was_behind = 0
        elif behind > max(BEHIND_AFTER, self._was_behind):
            self._was_behind = behind
            self._let_wait(heads)
        of_others = [line for (_, line), head in zip(read, heads, strict=True) if head.source not in self._state.late]
        return Piece(of_others, read[-1][0], heads[-1].received_at, is_all)

    def late(self) -> Piece | None:
        """The next lines of a source that is late, of each in turn; None where nobody is."""
        if not self._state.late:
            return None
        name, its = next(iter(self._state.late.items()))
        front = self._state.position or START
        read = [one for one in self._kept.read(its.position, LATE_AT_ONCE) if one[0][0] <= front[0]]
        heads = [self._head(line) for _, line in read]
        own = [line for (_, line), head in zip(read, heads, strict=True) if head.source == name]
        is_all = not read or read[-1][0][0] >= front[0]
        until = max((its.until, *(head.received_at for head in heads)))
        return Piece(own, read[-1][0] if read else front, until, is_all, name)

    def done(self, piece: Piece) -> None:
        """All of this piece has been looked at."""
        if not piece.late:
            self._state.position = piece.end
            return
        its = self._state.late.pop(piece.late)
        if not piece.is_all:
            self._state.late[piece.late] = Late(position=piece.end, since=its.since, until=piece.until)

    def _let_wait(self, heads: Sequence[_Head]) -> None:
        """The loudest of those who are not late becomes so, where it says more than half of what would be its share: a
        quiet one waits for nobody. Its lines of this piece are the first that wait.
        """
        times: dict[str, Instant] = {}
        for head in heads:
            times.setdefault(head.source, head.received_at)
        for name, number in Counter(head.source for head in heads).most_common():
            if name not in self._state.late and number * len(times) * 2 > len(heads):
                place = self._state.position or START
                self._state.late[name] = Late(position=place, since=times[name], until=times[name])
                _log.warning("what %s says is looked at late: it is more than can be looked at", name)
                return

    def _head(self, line: bytes) -> _Head:
        try:
            return self._read_head(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return _Head("", 0)  # whoever looks at it says that it is no event
