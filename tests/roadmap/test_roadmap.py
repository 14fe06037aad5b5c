"""The roadmap as it stands: this look held against what was kept before."""

from __future__ import annotations

from datetime import date, timedelta

from tests.roadmap.identity.test_two_factors import ADA, BEN, sign_in, with_sign_ins
from tests.roadmap.people import member

from limen.clock import DAY, HOUR
from limen.facts import Factor
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.holding import Day, Standing
from limen.roadmap.identity.two_factors import CONTROL
from limen.roadmap.model import Grade
from limen.roadmap.roadmap import LINE_DAYS, Kept, Shown, roadmap

TODAY = date(2026, 12, 2)
NOTHING = Kept({}, {}, {}, ())
MET = with_sign_ins(sign_in("p_ada", 3), sign_in("p_ben", 2))


def day(back: int) -> Day:
    return Day("I2", TODAY - timedelta(days=back), 0, 8 * HOUR, 2, 2, Grade.MEASURED, 1.0, is_met=True)


def kept(*days: Day) -> Kept:
    return Kept({"I2": {one.day: one for one in days}}, {}, {}, ())


def the_one(found: tuple[Shown, ...]) -> Shown:
    (one,) = found
    return one


def test_the_first_look_is_a_line_of_one_day_and_closes_nothing() -> None:
    found = roadmap(MET, NOTHING, TODAY, (CONTROL,))
    one = the_one(found.shown)
    assert (found.met, one.held, [each.day for each in one.line], one.standing.is_closed) == (1, 0, [TODAY], False)
    assert [each.is_closed for each in found.phases] == [False] * 4
    assert found.days == one.line


def test_with_fourteen_days_behind_it_it_closes_and_its_phase_with_it() -> None:
    found = roadmap(MET, kept(*(day(back) for back in range(1, 15))), TODAY, (CONTROL,))
    assert (the_one(found.shown).held, the_one(found.shown).standing) == (14, Standing("I2", closed_at=100))
    assert [each.is_closed for each in found.phases] == [True, False, False, False]


def test_days_of_the_future_are_in_no_line_and_count_for_nothing() -> None:
    found = roadmap(MET, kept(*(day(back) for back in range(-20, 0))), TODAY, (CONTROL,))
    assert (the_one(found.shown).held, [one.day for one in the_one(found.shown).line]) == (0, [TODAY])


def test_a_line_has_thirty_days_at_most() -> None:
    found = roadmap(MET, kept(*(day(back) for back in range(50))), TODAY, (CONTROL,))
    assert len(the_one(found.shown).line) == LINE_DAYS


def test_what_is_excepted_is_shown_and_is_still_not_met() -> None:
    evidence = with_sign_ins(sign_in("p_ada", 3), members=(ADA, member("Ben", Factor.PASSWORD)))
    one = RoadmapException("rx_1", "I2", BEN.person.id, "on leave", "disabled", DAY, "p_ada", 1)
    before = Kept({}, {}, {}, (one,))
    shown = the_one(roadmap(evidence, before, TODAY, (CONTROL,)).shown)
    assert (shown.excepted, shown.measured.is_met, shown.left_out) == ({"p_ben": DAY}, False, None)
    whole = Kept({}, {}, {}, (RoadmapException("rx_2", "I2", "", "not now", "none", DAY, "p_ada", 1),))
    left_out = the_one(roadmap(evidence, whole, TODAY, (CONTROL,)).shown)
    assert left_out.left_out is not None
    assert left_out.measured.is_met is False


def test_the_plan_begins_with_the_first_day_on_record() -> None:
    first = roadmap(MET, NOTHING, TODAY, (CONTROL,)).plan
    later = roadmap(MET, Kept({}, {}, {}, (), TODAY - timedelta(days=70)), TODAY, (CONTROL,)).plan
    assert [(one.begins, one.is_late) for one in (first[0], later[0])] == [
        (TODAY, False),
        (TODAY - timedelta(days=70), True),
    ]
