from __future__ import annotations

from tests.storage.journal.decisions import a_permit, facts_about

from limen.events import Event
from limen.storage.journal.counters import Counters
from limen.storage.journal.folding import Folding


def test_it_counts_each_decision_of_a_fold_and_each_other_event() -> None:
    folding, counters, facts = Folding(), Counters(), facts_about("p1")
    for now in (1_000, 1_010, 1_020):
        folding.add("gateway", a_permit(facts, now), "s1", "192.0.2.1", 2.0)
    folds = folding.take()
    counters.add([*folds, Event(id="e1", at=1_000, kind="sign_in.failed", count=4)])
    counters.add([folds[0].event()])
    counts = counters.counts()
    assert counts.decisions == {("gateway", "permit"): 6}
    assert counts.events == {"sign_in.failed": 4}
    assert counts.deciding_us == 12.0
