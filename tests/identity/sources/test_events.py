from __future__ import annotations

from limen.events.kind import Owner, Severity
from limen.identity.sources.events import KINDS


def test_a_source_that_stopped_is_worth_waking_somebody_and_is_nobodys_record() -> None:
    by_name = {kind.name: kind for kind in KINDS}
    stopped = by_name["people_source.stopped"]
    assert (stopped.severity, stopped.topic.owner, stopped.acknowledged) == (Severity.HIGH, Owner.LIMEN, True)
    assert not any(kind.by_strangers for kind in KINDS)
