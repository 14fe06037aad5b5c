from __future__ import annotations

from limen.storage.workers import Progress, Workers


def test_a_worker_that_lags_is_waited_for_until_its_lease_ends() -> None:
    workers = Workers()
    workers.acknowledge("a", 5, 10.0)
    workers.acknowledge("b", 7, 10.0)
    assert workers.behind(7, 9.0) == [Progress(5, 10.0)]
    assert workers.behind(5, 9.0) == []
    assert workers.behind(7, 10.0) == []


def test_a_worker_that_has_left_is_not_waited_for() -> None:
    workers = Workers()
    workers.acknowledge("a", 5, 10.0)
    workers.leave("a")
    assert workers.behind(7, 0.0) == []
