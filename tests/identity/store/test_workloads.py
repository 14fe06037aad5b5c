from __future__ import annotations

from limen.identity.model import Workload, WorkloadToken
from limen.identity.store import workloads
from limen.storage.database import Database

BATCH = Workload("w_1", "payroll-batch", frozenset({"finance"}), frozenset({"payroll", "wiki"}), active=True)


def test_a_workload_is_kept_as_it_is(database: Database) -> None:
    database.write(lambda t: workloads.add(t.connection, BATCH, 5))
    assert database.read(lambda s: workloads.by_id(s.connection, "w_1")) == BATCH
    assert database.read(lambda s: workloads.by_name(s.connection, "payroll-batch")) == BATCH
    assert database.read(lambda s: workloads.by_name(s.connection, "payroll")) is None
    assert database.read(lambda s: workloads.all_known(s.connection)) == [BATCH]


def test_a_workload_that_is_shut_is_active_no_more_until_it_is_opened_again(database: Database) -> None:
    token = WorkloadToken("t_1", "w_1", 5, 50)
    database.write(lambda t: workloads.add(t.connection, BATCH, 5))
    database.write(lambda t: workloads.add_token(t.connection, token, b"1" * 32))
    assert database.read(lambda s: workloads.tokens_of(s.connection, "w_1")) == [(b"1" * 32, token)]
    database.write(lambda t: workloads.shut(t.connection, "w_1"))
    shut = database.read(lambda s: workloads.by_id(s.connection, "w_1"))
    assert shut is not None
    assert not shut.active
    database.write(lambda t: workloads.reopen(t.connection, BATCH))
    assert database.read(lambda s: workloads.by_id(s.connection, "w_1")) == BATCH
