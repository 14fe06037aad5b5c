from __future__ import annotations

from pathlib import Path

from limen.operations.workers import WorkersSeen
from limen.pillar import Once
from limen.storage import Database


def test_each_worker_is_counted_with_how_far_it_is_behind(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    database.workers.chain, database.workers.requests = "main-2", lambda: 41
    database.workers.register(0)
    database.write(lambda transaction: [transaction.changed("person", key) for key in ("p1", "p2")])
    seen = WorkersSeen(database)
    assert [(one.name, one.value) for one in seen.figures()] == [("limen_workers", 0)]
    seen.look()
    assert [(one.name, one.value, dict(one.labels)) for one in seen.figures()] == [
        ("limen_workers", 1, {}),
        ("limen_worker_decisions", 41, {"worker": "main-2"}),
        ("limen_worker_behind", 2, {"worker": "main-2"}),
    ]
    assert seen.every.once is Once.PER_WORKER
    database.close()
