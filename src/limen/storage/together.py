"""Transactions that many ask for at the same time, made as one: one begin and one commit for all of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from limen.storage.errors import StorageError

S = TypeVar("S")
T = TypeVar("T")

MOST_TOGETHER: Final = 64
"""How many share one transaction: who came first waits for the last of them."""


@dataclass(frozen=True, slots=True)
class _Asked(Generic[S]):
    """What somebody asked for, and where they wait for it."""

    work: Callable[[S], Any]
    answer: asyncio.Future[Any]


class Together(Generic[S]):
    """Does what was asked for by the same turn of the loop, or while the transaction before went on, in one.

    `in_transaction` runs a function in a transaction, in a thread of `threads`. All or nothing is kept for each: where
    one raises, the transaction is undone, and each is done again by itself. So a function that is given here may run
    twice, and must leave nothing behind but what is undone.
    """

    def __init__(self, threads: Executor, in_transaction: Callable[[Callable[[S], Any]], Any]) -> None:
        self._threads = threads
        self._in_transaction = in_transaction
        self._waiting: deque[_Asked[S]] = deque()
        self._is_sent = False

    async def ask(self, work: Callable[[S], T]) -> T:
        """What `work` returns, once its transaction has committed. Cancelling the task does not stop it."""
        loop = asyncio.get_running_loop()
        asked = _Asked(work, loop.create_future())
        self._waiting.append(asked)
        if not self._is_sent:
            self._is_sent = True
            loop.call_soon(self._send)
        answer: T = await asked.answer
        return answer

    def _send(self) -> None:
        try:
            self._threads.submit(self._do)
        except RuntimeError as closed:  # the database was closed meanwhile
            self._is_sent = False
            while batch := self._taken():
                _tell([(one, closed, True) for one in batch])

    # In a thread

    def _do(self) -> None:
        """One transaction, and the next in its turn: whatever else waits for the thread, such as a revocation, comes
        in between, however much is asked for here.
        """
        self._is_sent = False  # before anything is taken: what comes later sends again
        if batch := self._taken():
            _tell(self._done(batch))
        if self._waiting and not self._is_sent:
            self._is_sent = True
            self._send()

    def _taken(self) -> list[_Asked[S]]:
        """The next ones. Another thread may take some at the same time: each is taken once, and none is lost."""
        batch: list[_Asked[S]] = []
        with suppress(IndexError):
            while len(batch) < MOST_TOGETHER:
                batch.append(self._waiting.popleft())
        return batch

    def _done(self, batch: Sequence[_Asked[S]]) -> list[tuple[_Asked[S], Any, bool]]:
        """Each with what it came to, and whether that is an error."""
        try:
            results = self._in_transaction(lambda transaction: [one.work(transaction) for one in batch])
        except Exception as error:  # noqa: BLE001 -- it is raised where somebody waits
            if len(batch) == 1 or isinstance(error, StorageError):
                return [(one, error, True) for one in batch]
            return [ended for one in batch for ended in self._done([one])]
        return [(one, result, False) for one, result in zip(batch, results, strict=True)]


def _tell(ended: Sequence[tuple[_Asked[Any], Any, bool]]) -> None:
    """Wake whoever waits, each loop once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Asked[Any], Any, bool]]] = {}
    for each in ended:
        by_loop.setdefault(each[0].answer.get_loop(), []).append(each)
    for loop, some in by_loop.items():
        with suppress(RuntimeError):  # the loop has ended, and nobody waits
            loop.call_soon_threadsafe(_answer, some)


def _answer(ended: Sequence[tuple[_Asked[Any], Any, bool]]) -> None:
    for asked, result, is_error in ended:
        if asked.answer.done():
            continue  # who asked has gone
        if is_error:
            asked.answer.set_exception(result)
        else:
            asked.answer.set_result(result)
