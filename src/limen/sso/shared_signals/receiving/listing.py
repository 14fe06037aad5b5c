"""Every transmitter as pages, commands and the doctor show it: whether it works, what came of it, and what waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from limen.clock import Instant
from limen.sso.shared_signals.event_types import short_name
from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.store import Count, DisabledElsewhere, Stream
from limen.sso.shared_signals.receiving.streams import is_silent
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.storage import Snapshot


class State(StrEnum):
    """How it goes with a transmitter."""

    LACKS_TOKEN = "lacks-token"  # noqa: S105 -- a state
    FAILING = "failing"
    NOT_MADE = "not-made"
    OFF = "off"
    """The transmitter says that the stream is paused or disabled."""
    SILENT = "silent"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class ListedTransmitter:
    """`counts` are what came of it, what came last first; `waiting` are accounts that wait for an administrator."""

    transmitter: SignalTransmitter
    stream: Stream
    state: State
    counts: tuple[Count, ...]
    waiting: tuple[DisabledElsewhere, ...]

    def of(self, kind: str) -> tuple[Count, ...]:
        """Counts of `store.EVENT`, `store.REFUSED` or `store.UNKNOWN`."""
        return tuple(one for one in self.counts if one.kind == kind)

    @property
    def last_event_at(self) -> Instant:
        return max((one.last_at for one in self.of(store.EVENT)), default=0)

    def number(self, kind: str) -> int:
        return sum(one.number for one in self.of(kind))


def listed(snapshot: Snapshot, transmitters: Iterable[SignalTransmitter], now: Instant) -> list[ListedTransmitter]:
    """In their order, each with what is kept of it."""
    streams, counts = store.streams(snapshot.connection), store.counts(snapshot.connection)
    waiting = store.every_disabled(snapshot.connection, [store.ASKED_ABOUT])
    found = []
    for one in transmitters:
        stream = streams.get(one.id) or store.stream(snapshot.connection, one.id)
        found.append(
            ListedTransmitter(
                one,
                stream,
                state_of(one, stream, now),
                tuple(each for each in counts if each.transmitter == one.id),
                tuple(each for each in waiting if each.transmitter == one.id),
            )
        )
    return found


def state_of(transmitter: SignalTransmitter, stream: Stream, now: Instant) -> State:
    if not transmitter.makes_stream:
        return State.WORKING if stream.push_hash else State.LACKS_TOKEN
    if not stream.asked.has_secret:
        return State.LACKS_TOKEN
    if stream.asked.error:
        return State.FAILING
    if not stream.stream_id or stream.issuer != transmitter.issuer:
        return State.NOT_MADE
    if stream.status in {"paused", "disabled"}:
        return State.OFF
    return State.SILENT if is_silent(transmitter, stream, now) else State.WORKING


def plain(one: ListedTransmitter) -> dict[str, Any]:
    """As `limen signals --json` prints it."""
    stream = one.stream
    return {
        "transmitter": one.transmitter.id,
        "issuer": one.transmitter.issuer,
        "delivery": one.transmitter.delivery,
        "may": sorted(one.transmitter.may),
        "events": sorted(map(short_name, one.transmitter.events)),
        "state": one.state.value,
        "stream": stream.stream_id,
        "status": stream.status,
        "error": stream.asked.error,
        "heard_at": stream.heard_at,
        "last_event_at": one.last_event_at,
        "verified_at": stream.verified_at,
        "counts": {
            kind: {each.word: each.number for each in one.of(kind)}
            for kind in (store.EVENT, store.REFUSED, store.UNKNOWN)
        },
        "waiting": [each.person_id for each in one.waiting],
    }
