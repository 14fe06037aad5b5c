"""Shows every event to every detector, once, and remembers how far it came.

Events are read back from where they are durable, so detections may fall behind without holding anything up. What was
found counts as found when the server has committed it; only then is the place kept. After a hard stop the events since
the last place are looked at again, and the same hits come, under the same ids.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from typing import Final

import msgspec

from limen.clock import Clock, Instant
from limen.monitor.detections.detector import Detector, Forgetful
from limen.monitor.detections.health import FAILED
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.process.fair_reading import AT_ONCE, FairReading
from limen.monitor.process.journal_tail import JournalTail
from limen.monitor.process.parts import Store
from limen.monitor.process.state import State, keep_state
from limen.synthetic import is_of_probe

LATE_SECONDS: Final = 0.2
"""So long a turn looks at what is late; one piece of it at the least."""
LATE_EVERY_SECONDS: Final = 2.0
"""What is late has its turn when what is newest has been looked at; else so often."""
LOOK_SECONDS: Final = 0.1
"""How often the journal is looked at, which tells nobody when it grows."""
KEEP_SECONDS: Final = 10.0
"""How often the place and what detectors remember are kept, at the least."""
MOST_HITS: Final = 500
"""Hits that are sent at once."""
AGAIN_SECONDS: Final = 5.0

DECISION: Final = "decision"
_log: Final = logging.getLogger("limen.monitor")


class Detecting:
    """`found` returns when the server has committed these hits, and raises ConnectionError when it is gone.

    `understand` makes an event of a body of the journal. `others` finds what no event shows (silence). `is_behind`
    and `hits` are for whoever asks how it goes, and so is `detected_at`: all that came until then has been looked at,
    but for sources that are late (`late`: until when each was looked at). It stands still while detections fail or
    hang, whatever else goes on. It runs in a thread of its own.
    """

    def __init__(
        self,
        folder: Path,
        state: State,
        kept: Store,
        journal: JournalTail,
        understand: Callable[[bytes], list[NormalEvent]],
        detectors: Mapping[str, Detector],
        others: Callable[[State, Instant], list[Hit]],
        found: Callable[[Sequence[Hit]], None],
        clock: Clock,
    ) -> None:
        self.detected_at: Instant = 0
        self.is_behind = False
        self.hits = 0
        self.wrong = ""
        self._folder = folder
        self._state = state
        self._reading = FairReading(kept, state)
        self._journal = journal
        self._understand = understand
        self._detectors = dict(detectors)
        self._others = others
        self._found = found
        self._clock = clock
        self._orders: list[Callable[[], Mapping[str, Detector]]] = []
        self._woken = Event()
        self._is_ending = False
        self._late_at = 0.0
        self._decoder = msgspec.json.Decoder(NormalEvent)
        self._failed: set[str] = set()
        self._thread = Thread(target=self._run, name="limen-detect", daemon=True)

    @property
    def late(self) -> dict[str, Instant]:
        """From any thread."""
        return {name: one.until for name, one in self._state.late.copy().items()}

    @property
    def forgotten(self) -> int:
        """How much detectors had to forget too early. From any thread."""
        return sum(one.forgotten for one in tuple(self._detectors.values()) if isinstance(one, Forgetful))

    def start(self) -> None:
        for name, detector in self._detectors.items():
            self._restore(name, detector)
        self._thread.start()

    def wake(self) -> None:
        """There is something new. From any thread."""
        self._woken.set()

    def between(self, work: Callable[[], Mapping[str, Detector]]) -> None:
        """Have this done between two events. Each detector that it returns is from then on the one of its name, and
        goes on from what the one before it remembers.
        """
        self._orders.append(work)
        self.wake()

    def close(self, seconds: float = 10.0) -> None:
        """Keep the place, and end."""
        self._is_ending = True
        self.wake()
        if self._thread.is_alive():
            self._thread.join(seconds)

    # In the thread

    def _run(self) -> None:
        kept_at = time.monotonic()
        while not self._is_ending:
            try:
                has_seen = self._turn()
                if time.monotonic() - kept_at > KEEP_SECONDS:
                    self._keep()
                    kept_at = time.monotonic()
                self.wrong = ""
            except ConnectionError:
                return  # the server is gone, and so is this process in a moment
            except Exception as error:  # noqa: BLE001 -- whatever it was, the next turn comes
                self._journal.places = dict(self._state.journal)  # what was read of it in vain is read again
                self.wrong = f"detections don't go on: {type(error).__name__}"
                _log.exception("detections don't go on")
                has_seen = False
                self._woken.wait(AGAIN_SECONDS)
            if not has_seen:
                self._woken.wait(LOOK_SECONDS)
                self._woken.clear()
        self._keep()

    def _turn(self) -> bool:
        """One look at all there is; whether there was anything."""
        while self._orders:
            self._replace(self._orders.pop(0)())
        began = self._clock.now()
        piece, bodies = self._reading.newest(began), self._journal.read(AT_ONCE)
        hits = [hit for line in (piece.lines if piece else ()) for hit in self._shown_in(line)]
        own = (event for body in bodies for event in self._understand(body) if not _is_of_probe(event))
        hits += [hit for event in own for hit in self._shown(event)]
        self._send([*hits, *self._others(self._state, self._clock.now())])
        if piece is not None:
            self._reading.done(piece)
            self.detected_at = max(self.detected_at, piece.until)
        self._state.journal = dict(self._journal.places)
        is_all = (piece is None or piece.is_all) and len(bodies) < AT_ONCE
        if is_all:
            self.detected_at = began
        has_seen_late = self._look_at_late(is_all_seen=is_all)
        self.is_behind = not is_all or bool(self._state.late)
        return piece is not None or bool(bodies) or has_seen_late

    def _look_at_late(self, *, is_all_seen: bool) -> bool:
        """A while for sources that are late, when what is newest has had its turn; whether there was anything."""
        if not is_all_seen and time.monotonic() < self._late_at + LATE_EVERY_SECONDS:
            return False
        ends_at, has_seen = time.monotonic() + LATE_SECONDS, False
        while (not has_seen or time.monotonic() < ends_at) and (piece := self._reading.late()) is not None:
            self._send([hit for line in piece.lines for hit in self._shown_in(line)])
            self._reading.done(piece)
            has_seen = True
        self._late_at = time.monotonic()
        return has_seen

    def _send(self, hits: Sequence[Hit]) -> None:
        """Have them committed; of a finding that has grown what was said of it last."""
        newest = list({hit.id: hit for hit in hits}.values())
        for at in range(0, len(newest), MOST_HITS):
            self._found(newest[at : at + MOST_HITS])
        self.hits += len(newest)

    def _shown_in(self, line: bytes) -> Iterator[Hit]:
        try:
            event = self._decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            _log.error("a line of the event store is no event")
        else:
            yield from self._shown(event)

    def _shown(self, event: NormalEvent) -> Iterator[Hit]:
        for name, detector in self._detectors.items():
            try:
                yield from detector.feed(event)
            except Exception as error:  # noqa: BLE001 -- one detector that errs leaves the others their turn
                _log.exception("the detector %s failed", name)
                if name not in self._failed:
                    self._failed.add(name)
                    yield _failed(name, event, error)

    def _replace(self, new: Mapping[str, Detector]) -> None:
        for name, detector in new.items():
            before = self._detectors.get(name)
            if before is not None:
                self._state.snapshots[name] = before.snapshot()
            self._restore(name, detector)
            self._detectors[name] = detector
            self._failed.discard(name)

    def _restore(self, name: str, detector: Detector) -> None:
        snapshot = self._state.snapshots.get(name)
        try:
            if snapshot is not None:
                detector.restore(snapshot)
        except ValueError as error:
            _log.error("what the detector %s remembered is lost: %s", name, error)

    def _keep(self) -> None:
        for name, detector in self._detectors.items():
            self._state.snapshots[name] = detector.snapshot()
        keep_state(self._folder, self._state)


def _failed(name: str, event: NormalEvent, error: Exception) -> Hit:
    """A detector that errs is told of, once until it is replaced: silence would look like peace."""
    found = sha256(f"rule-failed {name} {event.uid}".encode()).hexdigest()[:32]
    says: dict[str, str | int] = {"rule": name, "file": "Limen", "error": type(error).__name__}
    return FAILED.hit(found, event.received_at, f"rule:{name}", says, level=Level.HIGH, events=(event.uid,))


def _is_of_probe(event: NormalEvent) -> bool:
    """Whether it is a probe's doing: nothing is learned of it, and nobody blamed. Its ids are the journal's own."""
    door = str(event.fields.get("door", "")) if event.kind == DECISION else ""
    return is_of_probe(event.person_id, event.target_person_id, event.device_id, door)
