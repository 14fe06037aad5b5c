"""Processes that look into documents, kept warm. One that is ended, by a document or its limits, is replaced.

A document goes there as an open file, and what was found in it comes back. So a parser that a document breaks, or takes
over, has no file, no network and reaches no other process. Where it breaks, the next document meets another process;
one that was taken over and goes on sees what comes after, of its pool alone, and the key of the digests of values.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import IO, Any, Final, Generic, TypeVar

from limen.data.documents import Inspected, WhyNot
from limen.data.extraction.frames import (
    BrokenOffError,
    LabelOrder,
    Order,
    Written,
    encoded,
    inspected_in,
    ready_in,
    receive,
    send,
    written_in,
)
from limen.data.extraction.limits import Limits
from limen.data.extraction.turns import Turns
from limen.data.labels.model import WhyNoLabel
from limen.data.scanning.text_scanner import TextScanner

WORKERS: Final = 2
MOST_DOCUMENTS: Final = 1_000
"""After so many a process is ended, and with it whatever a library forgot to give back."""
MOST_WAITING: Final = 256
"""So many documents may be looked into or wait for it; a further one is not looked into."""
MOST_OF_ONE: Final = 64
"""So many of one owner."""
START_SECONDS: Final = 60.0
"""So long a process may take to start, on a machine that has much else to do."""
PATIENCE_SECONDS: Final = 30.0
"""So long a document may wait for its turn."""
_WALL: Final = 3
"""On a machine that has much else to do, a document takes so many times its processor time until it is ended."""
_GRACE_SECONDS: Final = 2
"""So much more processor time than its limits a document may take: it ends by itself before."""
_LONG_TEXT_BYTES_A_SECOND: Final = 5_000_000
"""Text is read however long it is; so slow it may be."""
T = TypeVar("T")
_GIVES_BACK: Final = {"MALLOC_MMAP_THRESHOLD_": "1048576"}
"""Has the GNU C library give large blocks back to the system at once."""


class Pool:
    """`workers` processes with one scanner. They start with the first document, or with `warm`."""

    def __init__(self, scanner: TextScanner, *, workers: int = WORKERS, limits: Limits | None = None) -> None:
        self._first = pickle.dumps(scanner)
        self._limits = limits or Limits()
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="documents")
        # Of one owner all but one process are never busy: what others send has a process within one document's time.
        at_once = max(1, workers - 1)
        self._turns: Turns[_Asked[Any]] = Turns(at_once=at_once, most=MOST_WAITING, most_of_one=MOST_OF_ONE)
        self._is_closed = False

    def warm(self) -> None:
        """Start a process now, so that the first document does not wait for it."""
        self._threads.submit(self._start_one)

    def inspect(self, file: IO[bytes], length: int, name: str = "", owner: str = "") -> Future[Inspected]:
        """Look into a file that is open, from its start; it is closed then. The future never fails.

        Owners take turns. Nobody's ("") are one owner.
        """
        name = name.encode("utf-8", "replace").decode()  # names on a disk are any bytes
        return self._ask(file, owner, lambda one: one.inspect(file.fileno(), length, name, self._limits), _not)

    def with_label(self, file: IO[bytes], length: int, word: str, mark: str, owner: str = "") -> Future[Written]:
        """Write a label into the document in a file that is open; the file is closed then. The future never fails."""
        return self._ask(
            file, owner, lambda one: one.with_label(file.fileno(), length, word, mark, self._limits), _not_labelled
        )

    def _ask(
        self, file: IO[bytes], owner: str, ask: Callable[[_Worker], T], instead: Callable[[WhyNot], T]
    ) -> Future[T]:
        asked = _Asked(file, ask, instead, monotonic() + PATIENCE_SECONDS)
        with self._lock:
            if self._is_closed:
                return _refused(file, instead(WhyNot.FAILED))
            if not self._turns.join(owner, asked):
                return _refused(file, instead(WhyNot.TIMED_OUT))
            self._threads.submit(self._take_turns)
        asked.future.add_done_callback(lambda _: self._done(owner, asked))  # also where whoever asked gave up
        return asked.future

    def _done(self, owner: str, asked: _Asked[Any]) -> None:
        asked.file.close()
        self._turns.leave(owner, asked)

    def _take_turns(self) -> None:
        while (turn := self._turns.next()) is not None:
            owner, asked = turn
            try:
                if asked.future.set_running_or_notify_cancel():
                    asked.future.set_result(self._answered(asked))
            except BaseException as error:  # noqa: BLE001 -- whoever asked waits for an answer
                asked.future.set_exception(error)
            finally:
                self._turns.ended(owner)

    def close(self) -> None:
        """End all processes; whoever waits is told that it failed."""
        with self._lock:
            self._is_closed = True
            workers, self._all = self._all, set()
        for worker in workers:
            worker.kill()
        self._threads.shutdown()

    @property
    def pids(self) -> frozenset[int]:
        """The processes there are."""
        with self._lock:
            return frozenset(worker.process.pid for worker in self._all)

    def _answered(self, asked: _Asked[T]) -> T:
        instead = asked.instead
        if monotonic() > asked.until:
            return instead(WhyNot.TIMED_OUT)
        worker = self._taken()
        if worker is None:
            return instead(WhyNot.FAILED)
        try:
            answer = asked.ask(worker)
        except TimeoutError:
            return instead(self._lost(worker, WhyNot.TIMED_OUT))
        except (BrokenOffError, OSError):
            return instead(self._lost(worker, worker.why_ended()))
        if worker.documents < MOST_DOCUMENTS:
            self._idle.put(worker)
        else:
            self._forget(worker)
        return answer

    def _taken(self) -> _Worker | None:
        """A process that is ready; None where none starts."""
        while True:
            try:
                worker = self._idle.get_nowait()
            except queue.Empty:
                return self._started()
            if worker.is_ready():
                return worker
            self._forget(worker)

    def _started(self) -> _Worker | None:
        with self._lock:
            if self._is_closed:
                return None
            worker = _Worker(self._first)
            self._all.add(worker)
        if worker.is_ready(START_SECONDS):
            return worker
        self._forget(worker)
        return None

    def _start_one(self) -> None:
        if self._idle.empty() and (worker := self._started()) is not None:
            self._idle.put(worker)

    def _lost(self, worker: _Worker, why_not: WhyNot) -> WhyNot:
        """A document's process ended: the next gets another, which starts now. Returns the same."""
        self._forget(worker)
        with self._lock:
            if not self._is_closed:
                fresh = _Worker(self._first)
                self._all.add(fresh)
                self._idle.put(fresh)
        return why_not

    def _forget(self, worker: _Worker) -> None:
        worker.kill()
        with self._lock:
            self._all.discard(worker)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked(Generic[T]):
    """What a process is asked about a file, and what is answered instead where none answers."""

    file: IO[bytes]
    ask: Callable[[_Worker], T]
    instead: Callable[[WhyNot], T]
    until: float
    future: Future[T] = field(default_factory=Future)


class _Worker:
    """One process, used by one thread at a time."""

    def __init__(self, first: bytes) -> None:
        self._link, theirs = socket.socketpair()
        environment = {name: value for name in ("PATH", "PYTHONPATH", "LANG") if (value := os.environ.get(name))}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "limen.data.extraction.worker"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment | _GIVES_BACK,
            )
        self.held: frozenset[str] | None = None
        self.documents = 0
        with suppress(OSError):
            send(self._link, first)

    def is_ready(self, seconds: float = START_SECONDS) -> bool:
        """Whether it lives and can begin; waits until it can."""
        if self.process.poll() is not None:
            return False
        if self.held is None:
            self._link.settimeout(seconds)
            try:
                self.held = ready_in(receive(self._link)[0]).held
            except (BrokenOffError, OSError):
                return False
        return True

    def inspect(self, file: int, length: int, name: str, limits: Limits) -> Inspected:
        """Raises TimeoutError where it takes too long, and BrokenOffError or OSError where the process ended."""
        seconds = limits.seconds + _GRACE_SECONDS + max(0, length - limits.most_bytes) / _LONG_TEXT_BYTES_A_SECOND
        return inspected_in(self._answer(Order(name, length, int(seconds), limits), file, seconds))

    def with_label(self, file: int, length: int, word: str, mark: str, limits: Limits) -> Written:
        """Raises as `inspect`."""
        seconds = limits.seconds + _GRACE_SECONDS
        return written_in(self._answer(LabelOrder(word, mark, length, int(seconds)), file, seconds))

    def _answer(self, order: Order | LabelOrder, file: int, seconds: float) -> bytes:
        self.documents += 1
        self._link.settimeout(_WALL * seconds)
        send(self._link, encoded(order), file)
        frame, unasked = receive(self._link)
        if unasked is not None:
            os.close(unasked)
            raise BrokenOffError
        return frame

    def why_ended(self) -> WhyNot:
        """Why it ended while it looked into a document."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(1.0)
        return WhyNot.TIMED_OUT if self.process.returncode == -signal.SIGXCPU else WhyNot.FAILED

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._link.close()


def _not(why_not: WhyNot) -> Inspected:
    """A document of which nothing is known."""
    return Inspected("unknown", why_not=frozenset({why_not}))


def _not_labelled(why_not: WhyNot) -> Written:
    """A document that got no label: whatever wrote into it ended, or there was no time for it."""
    return Written(why_not=WhyNoLabel.TOO_LARGE if why_not is WhyNot.TIMED_OUT else WhyNoLabel.BROKEN)


def _refused(file: IO[bytes], answer: T) -> Future[T]:
    file.close()
    refused: Future[T] = Future()
    refused.set_result(answer)
    return refused
