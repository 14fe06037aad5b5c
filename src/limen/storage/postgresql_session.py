"""Connections to PostgreSQL that are kept: one that listens, one that holds a claim."""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from limen.storage.errors import DatabaseGoneError, DatabaseTakenError

if TYPE_CHECKING:
    import psycopg

SERVER_LOCK: Final = 0x4C494D_02
"""An advisory lock counts for one database; this one is for servers that run over it. They share it; whoever must have
the database alone does not, and neither does a Limen of before there were several workers.
"""
LEADER_LOCK: Final = 0x4C494D_03
"""For the one worker that does what is to be done once."""
CHANNEL: Final = "limen"
AGAIN_SECONDS: Final = 0.5

_log = logging.getLogger(__name__)


class Listener(threading.Thread):
    """Waits for what others than `own` announce, and connects again for as long as it takes."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], told: Callable[[], None], own: str) -> None:
        super().__init__(name="limen-listen", daemon=True)
        self._connect = connect
        self._told = told
        self._own = own
        self._woken, self._wake = os.pipe()
        self._is_stopping = False

    def stop(self) -> None:
        self._is_stopping = True
        os.write(self._wake, b".")
        self.join()
        os.close(self._woken)
        os.close(self._wake)

    def run(self) -> None:
        while not self._is_stopping:
            try:
                with self._connect() as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._told()  # what was announced before it listened
                    while self._waited_for(connection.fileno()):
                        if {one.payload for one in connection.notifies(timeout=0)} - {self._own}:
                            self._told()
            except Exception as error:  # noqa: BLE001 -- the poll goes on; whoever decides learns of it there
                _log.debug("nothing is announced by the database at the moment: %s", type(error).__name__)
                self._waited_for(None)

    def _waited_for(self, descriptor: int | None) -> bool:
        """True once something is to be read from `descriptor`, False when it is time to stop."""
        watched = [self._woken] if descriptor is None else [self._woken, descriptor]
        ready, _, _ = select.select(watched, [], [], AGAIN_SECONDS if descriptor is None else None)
        return self._woken not in ready and bool(ready)


class SessionClaim:
    """An advisory lock of a connection that is kept for it: with the connection it ends."""

    def __init__(
        self, connect: Callable[[], psycopg.Connection[Any]], lock: int = SERVER_LOCK, *, is_shared: bool = False
    ) -> None:
        self._connect = connect
        self._lock = lock
        self._kind = "_shared" if is_shared else ""
        self._connection: psycopg.Connection[Any] | None = None
        self._one_at_a_time = threading.Lock()

    def hold(self) -> None:
        import psycopg  # noqa: PLC0415 -- an extra

        with self._one_at_a_time:
            try:
                if self._connection is not None:
                    self._connection.execute("SELECT 1")
                    return
            except psycopg.Error:
                self._let_go()
            try:
                self._take()
            except psycopg.Error as error:
                self._let_go()
                raise DatabaseGoneError from error

    def close(self) -> None:
        """Said to the server, which would else notice a moment later that nobody is there."""
        with self._one_at_a_time:
            if self._connection is not None:
                with suppress(Exception):
                    self._connection.execute(f"SELECT pg_advisory_unlock{self._kind}({self._lock})")
            self._let_go()

    def _take(self) -> None:
        self._connection = self._connect()
        row = self._connection.execute(f"SELECT pg_try_advisory_lock{self._kind}({self._lock})").fetchone()
        if row is None or not row[0]:
            self._let_go()
            raise DatabaseTakenError

    def _let_go(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
        self._connection = None
