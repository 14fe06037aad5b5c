"""P4: its stops met, missed by one, and unknown. As nothing plants documents yet, the whole is never met."""

from __future__ import annotations

from tests.roadmap.data.houses import evidence, misses, of_stores

from limen.roadmap.data.classified import NOTHING_STATED
from limen.roadmap.data.evidence import DataEvidence, Stop
from limen.roadmap.data.leaks_stopped import CONTROL, NO_CANARY, NO_STOP, UNREAD


def stops(rightly: int, wrongly: int, channel: str = "upload") -> tuple[Stop, ...]:
    return tuple(Stop(f"e{number}", channel, number < wrongly) for number in range(rightly + wrongly))


def test_one_in_fifty_may_be_wrong() -> None:
    for wrongly, is_met in ((0, True), (1, True), (2, False)):
        found = CONTROL.measured(of_stores(stops=stops(50 - wrongly, wrongly)))
        assert (found.parts[1].is_met, found.parts[1].denominator) == (is_met, 50)
        assert misses(found, 1) == (["wrong:upload"] if wrongly else [])


def test_each_way_has_its_row() -> None:
    found = CONTROL.measured(of_stores(stops=(*stops(2, 0), *stops(1, 1, "mail"))))
    assert [one.id for one in found.parts[1].rows] == ["stopped:mail", "wrong:mail", "stopped:upload"]


def test_where_nothing_was_stopped_or_read_nothing_is_known() -> None:
    assert CONTROL.measured(evidence(DataEvidence())).missing == (NOTHING_STATED,)
    assert CONTROL.measured(of_stores(stops=())).parts[1].missing == NO_STOP
    assert CONTROL.measured(of_stores(stops=None)).parts[1].missing == UNREAD


def test_nothing_plants_documents_yet() -> None:
    found = CONTROL.measured(of_stores())
    assert (found.parts[0].missing, found.is_met) == (NO_CANARY, False)
