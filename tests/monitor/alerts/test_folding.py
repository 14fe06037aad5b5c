"""Folding by itself; what it is good for is in test_intake.py. The law: nothing is lost by it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.monitor.alerts import store
from limen.monitor.alerts.folding import Folding
from limen.monitor.alerts.model import ORDER, STORM, Alert
from limen.monitor.detections.hit import Hit, Level
from limen.storage import Database, Transaction

NOW = 1_800_000_000_000
HITS = st.builds(
    Hit,
    id=st.uuids().map(str),
    rule=st.sampled_from(("r1", "r2")),
    title=st.just("T"),
    level=st.sampled_from((Level.MEDIUM, Level.HIGH, Level.CRITICAL)),
    at=st.integers(NOW - 1_000, NOW),
    entity=st.integers(0, 40).map(lambda n: f"address:10.0.0.{n}"),
    person_id=st.sampled_from(("", "", "", "p1", "p2")),
)


def fold(transaction: Transaction, batch: list[Hit]) -> None:
    folding = Folding(transaction.connection, NOW)
    for hit in batch:
        folding.fold(hit, is_proven=True)
    folding.write()


def test_what_a_storm_takes_in_makes_its_case_as_bad(tmp_path: Path) -> None:
    def hit(number: int, level: Level) -> Hit:
        return Hit(
            id=f"h{number}", rule="r1", title=level.value, level=level, at=NOW, entity=f"address:10.0.0.{number}"
        )

    database = Database.open(tmp_path / "limen.db")
    mild = [hit(number, Level.MEDIUM) for number in range(STORM + 2)]
    for now, batch in enumerate(([mild[0]], [hit(99, Level.HIGH)], mild[1:]), NOW):

        def work(transaction: Transaction, now: int = now, batch: list[Hit] = batch) -> None:
            folding = Folding(transaction.connection, now)
            for one in batch:
                folding.fold(one, is_proven=True)
            folding.write()

        database.write(work)
    (case,) = database.read(lambda s: store.recent_cases(s.connection, 9))
    assert (case.level, case.title) == (Level.HIGH, "high")
    database.close()


@settings(max_examples=size(60), deadline=None)
@given(st.lists(st.lists(HITS, max_size=40), max_size=4))
def test_nothing_is_lost(batches: list[list[Hit]]) -> None:
    with TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "limen.db")
        for batch in batches:
            database.write(partial(fold, batch=batch))
        alerts: list[Alert] = database.read(lambda s: store.recent_alerts(s.connection, 9_999))
        cases = {one.id: one for one in database.read(lambda s: store.recent_cases(s.connection, 9_999))}
        database.close()
    hits = [hit for batch in batches for hit in batch]
    assert sum(one.count for one in alerts) == len(hits)
    assert {one.case_id for one in alerts} == set(cases)
    for alert in alerts:  # a case is as bad as the worst in it
        assert ORDER.index(cases[alert.case_id].level) >= ORDER.index(alert.level)
    for rule in ("r1", "r2"):  # what is about nobody is at most so many alerts, and one for the rest
        assert sum(one.rule == rule and not one.person_id for one in alerts) <= STORM + 1
