"""A database with Limen's tables, and many threads that want the same thing at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from limen.facts import Person
from limen.storage.database import Database, Transaction

ADA = Person(id="p_ada", name="Ada", email="ada@harbor.example", groups=frozenset({"staff"}), active=True)


@pytest.fixture
def database(where: str) -> Database:
    return Database.open(where)


def winners(database: Database, work: Callable[[Transaction], bool], count: int = 8) -> int:
    """How many of so many threads that do the same at once are told that they did it."""
    won: list[bool] = []
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        won.append(database.write(work))

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won.count(True)
