"""Questions answered from evidence. Laws: less evidence is never nearer to yes, and what is unknown is never yes."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.golden import Expected
from tests.roadmap.frameworks.made import OPEN, SILENT, framework, full, part, shown
from tests.web.roadmap.controls import control, unknown

from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.evidence import Evidence
from limen.roadmap.frameworks.model import HowFar, Item
from limen.roadmap.frameworks.questionnaire import Reply, answered, questionnaire
from limen.roadmap.frameworks.reading import frameworks
from limen.roadmap.model import Grade, Part, Row
from limen.roadmap.roadmap import Shown

ORDER = [Reply.NO, Reply.PARTLY, Reply.YES]


@pytest.mark.parametrize(
    ("item", "reply"),
    [
        (full("I1"), Reply.YES),
        (part("I1"), Reply.PARTLY),
        (full("I2"), Reply.PARTLY),
        (full("I1", "I2"), Reply.PARTLY),
        (full("D1"), Reply.PARTLY),
        (full("D2"), Reply.PARTLY),
        (full("D3"), Reply.NO),
        (full("N1"), Reply.NO),
        (full("P1"), Reply.NO),
        (full("I1", "N1"), Reply.PARTLY),
        (full("I1", "P1"), Reply.PARTLY),
        (full("D3", "N1", "P1"), Reply.NO),
        (OPEN, Reply.OPEN),
    ],
    ids=lambda one: one.id if isinstance(one, Item) else one,
)
def test_yes_is_for_what_is_closed_still_met_and_misses_nothing(item: Item, reply: Reply) -> None:
    assert answered(item, shown()).reply is reply


def test_what_is_said_is_true(expected: Expected) -> None:
    items = (full("I1"), full("I2", "D1"), full("D2"), full("D3"), full("N1"), part("I1", "P1"), OPEN)
    expected("\n".join(f"{one.item.id}: {one.said}" for one in questionnaire(framework(*items), shown())))


def test_each_control_says_its_figure_grade_and_exceptions() -> None:
    (found,) = answered(full("D2"), shown()).supports
    assert (found.figure, found.grade, found.missed, found.excepted) == ("1 of 2", Grade.MEASURED, 1, 1)
    (left_out,) = answered(full("D3"), shown()).supports
    assert left_out.left_out_until
    one = answered(full("I1", "N1"), shown())
    assert [each.figure for each in one.supports] == ["2 of 2", ""]
    assert one.grade is Grade.UNKNOWN


def test_nobody_is_named() -> None:
    items = [full(one) for one in shown()]
    assert not [
        name for one in questionnaire(framework(*items), shown()) for name in ("Mia", "Tom") if name in one.said
    ]
    silent = control("N1", unknown("ask Mia\x1b[2J for the log" + "x" * 400))
    (one,) = answered(full("N1"), shown([silent]), lambda text: text.replace("Mia", "[a person]")).supports
    assert "Mia" not in one.connect[0]
    assert "\x1b" not in one.connect[0]
    assert len(one.connect[0]) <= 300


def test_an_empty_company_has_no_yes() -> None:
    empty = shown(CONTROLS, closed=[one.id for one in CONTROLS])
    assert {one.measured.grade for one in empty.values()} == {Grade.UNKNOWN}
    for one in frameworks():
        for each in (empty, {}):
            replies = {answer.reply for answer in questionnaire(one, each)}
            assert replies <= {Reply.NO, Reply.OPEN}, one.id


def made_up(draw: random.Random) -> dict[str, Shown]:
    """All controls that frameworks name, each in a state by chance."""
    ids = sorted({one for each in frameworks() for item in each.items for one in item.controls})
    controls = []
    for one in ids:
        rows = tuple(Row(str(n), str(n), draw.random() < 0.9) for n in range(draw.randrange(4)))
        controls.append(control(one, Part("rows", rows, draw.choice([0.5, 1.0]))))
    return shown(controls, closed=[one for one in ids if draw.random() < 0.8])


def with_less(one: Shown, draw: random.Random) -> Shown:
    """The same with less evidence: a row is not good any more, a source falls silent, or a part is empty."""
    parts = list(one.measured.parts)
    place = draw.randrange(len(parts))
    rows = tuple(replace(row, is_met=False) for row in parts[place].rows)
    parts[place] = draw.choice(
        [
            replace(parts[place], missing="connect it"),
            replace(parts[place], rows=()),
            replace(parts[place], rows=rows),
            replace(parts[place], grade=Grade.UNKNOWN),
        ]
    )
    return replace(one, measured=replace(one.measured, parts=tuple(parts)))


@given(st.integers(0, 2**32))
@settings(max_examples=size(60), deadline=None)
def test_law_less_evidence_is_never_nearer_to_yes(seed: int) -> None:
    draw = random.Random(seed)
    before = made_up(draw)
    lost = draw.choice(sorted(before))
    after = {**before, lost: with_less(before[lost], draw)}
    without = {id_: one for id_, one in before.items() if id_ != lost}
    for one in frameworks():
        was = {each.item.id: each.reply for each in questionnaire(one, before)}
        for less in (after, without):
            for each in questionnaire(one, less):
                if each.reply is Reply.OPEN:
                    assert was[each.item.id] is Reply.OPEN
                else:
                    assert ORDER.index(each.reply) <= ORDER.index(was[each.item.id]), each.item.id


@given(st.integers(0, 2**32))
@settings(max_examples=size(60), deadline=None)
def test_law_what_is_unknown_or_missed_is_never_yes(seed: int) -> None:
    found = made_up(random.Random(seed))
    for one in frameworks():
        for each in questionnaire(one, found):
            if each.reply is Reply.YES:
                assert each.item.how_far is HowFar.FULL
                assert each.grade is not Grade.UNKNOWN
                measured = [found[control_id] for control_id in each.item.controls]
                assert all(of.measured.is_met and of.standing.is_closed for of in measured)
                assert not [row for of in measured for part_ in of.measured.parts for row in part_.misses]


def test_a_source_that_is_silent_is_said_with_what_to_connect() -> None:
    one = answered(full("N1"), shown([SILENT]))
    assert one.supports[0].connect == ("firewall first.",)
    assert "firewall first" in one.said
    assert CONTROLS[0].measured(Evidence(at=1)).grade is Grade.UNKNOWN
