from __future__ import annotations

from limen.clock import HOUR
from limen.monitor.response.model import LASTS, LONGEST, OF_DEVICE, STEP_UP_FLOOR, Doing, Response, floor_of
from limen.monitor.risk.projection import RAISED


def response(kind: Doing, **more: int) -> Response:
    return Response(id="rs", case_id="ca", kind=kind, subject_kind="person", subject_id="p", at=1, until=HOUR, **more)


def test_each_ends_or_is_over_at_once() -> None:
    assert {kind for kind, lasts in LASTS.items() if not lasts} == {Doing.END_SESSIONS}
    assert all(lasts <= LONGEST for lasts in LASTS.values())
    assert set(LASTS) == set(Doing) > OF_DEVICE


def test_only_a_step_up_raises_the_risk_and_only_while_it_goes_on() -> None:
    assert floor_of(response(Doing.STEP_UP), 2) == STEP_UP_FLOOR == RAISED
    assert [floor_of(response(Doing.STEP_UP, ended_at=1), 2), floor_of(response(Doing.STEP_UP), HOUR)] == [0, 0]
    assert floor_of(response(Doing.DISABLE), 2) == 0
