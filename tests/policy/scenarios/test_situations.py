from __future__ import annotations

import pytest
from tests.policy.scene import BERLIN, NOW, app

from limen.cedar import PolicySet
from limen.clock import DAY, HOUR, from_iso
from limen.facts import Person
from limen.policy.cedar_view import Calendar
from limen.policy.scenarios.boundaries import atoms
from limen.policy.scenarios.classes import Span, value_of
from limen.policy.scenarios.examples import unknown
from limen.policy.scenarios.partition import partition
from limen.policy.scenarios.situations import SituationBuilder, Situations

CALENDAR = Calendar(BERLIN)
ANA = Person("p1", "Ana", groups=frozenset({"staff"}), active=True)


def all_of(condition: str, *, nobody: bool = False, most: int = 1 << 20) -> tuple[SituationBuilder, Situations]:
    (policy,) = PolicySet.parse(f"permit (principal, action, resource) when {{ {condition} }};")
    found = list(atoms(policy.conditions[0].body))
    situating = SituationBuilder(NOW, CALENDAR)
    return situating, situating.situations(partition(found, NOW), [], nobody=nobody, most_cells=most)


@pytest.mark.parametrize(
    "condition",
    [
        'context.device.known || context.device.compliance == "compliant"',
        'context.auth.strength >= 2 && context.auth.factors.contains("code")',
        'context.risk.known && context.risk.score < 70 && context.place.country == "DE" && context.place.known',
        'context.time.weekday <= 5 && context.time.minute >= 480 && context.now < datetime("2026-11-26")',
        'context.now.durationSince(context.auth.at) <= duration("4h") && context.auth.at >= datetime("2026-11-25")',
        'context.grant.active && context.now.durationSince(context.grant.until) < duration("-1h")',
        'context.session.known && context.now.durationSince(context.session.started) > duration("8h")',
    ],
)
def test_every_situation_that_can_be_is_made_up_in_full(condition: str) -> None:
    situating, found = all_of(condition)
    assert found.possible
    for number in range(found.grid.cells):
        if found.possible >> number & 1:
            chosen = found.grid.cell(number)
            classes = {axis: found.classes[place][chosen[place]] for place, axis in enumerate(found.axes)}
            made = situating.in_full(classes, ANA, app(), "view")
            assert made is not None, classes
            facts, request, now = made
            for axis, some in classes.items():
                value = value_of(axis, facts, request, now, CALENDAR)
                assert any(one.holds(value) for one in some), (axis, value, some)


def test_a_device_nobody_knows_is_not_healthy() -> None:
    _, found = all_of('context.device.known || context.device.compliance == "compliant"')
    assert found.possible.bit_count() == 4  # unknown alone, or known with any health


def test_nobody_has_proved_nothing_but_may_be_anywhere() -> None:
    _, found = all_of('context.auth.strength >= 1 || context.place.country == "DE"', nobody=True)
    assert found.possible.bit_count() == 2
    _, found = all_of("context.grant.active", nobody=True)
    assert found.possible.bit_count() == 1


def test_an_instant_on_a_weekday_at_a_minute() -> None:
    situating, _ = all_of("context.risk.known")
    sunday = situating.moment({"time.weekday": (Span(7, 7),), "time.minute": (Span(90, 100),)})
    assert sunday == from_iso("2026-11-29T00:30:00Z")
    assert situating.moment({"now": (Span(NOW, NOW + HOUR),), "time.weekday": (Span(7, 7),)}) is None
    assert situating.moment({"now": (Span(NOW + DAY, NOW + 2 * DAY),)}) == NOW + DAY


def test_too_many_situations_are_thinned_and_counted() -> None:
    parts = " || ".join(f'context.place.country == "C{n}" && context.device.platform == "P{n}"' for n in range(20))
    _, whole = all_of(parts)
    _, thin = all_of(parts, most=100)
    assert (whole.covered, whole.grid.cells) == (1.0, 441)
    assert thin.grid.cells <= 100
    assert 0 < thin.covered < 1


def test_facts_are_as_one_of_the_alternatives_says() -> None:
    (policy,) = PolicySet.parse(
        'permit (principal, action, resource) when { context.device.managed || context.device.platform == "linux" };'
    )
    told = partition(atoms(policy.conditions[0].body), NOW)
    laptop = frozenset({("device.managed", True), ("device.platform", "windows"), ("device.id", "d1")})
    private = frozenset({("device.managed", False), ("device.platform", "linux")})
    found = SituationBuilder(NOW, CALENDAR).situations(
        told, [], nobody=False, most_cells=1 << 20, one_of=[laptop, private]
    )
    managed, linux = (found.axes.index(axis) for axis in ("device.managed", "device.platform"))
    left = set()
    for number in range(found.grid.cells):
        if found.possible >> number & 1:
            chosen = found.grid.cell(number)
            one, other = found.classes[managed][chosen[managed]], found.classes[linux][chosen[linux]]
            left.add((one[0].example, any(each.holds("linux") for each in other)))
    assert left == {(True, False), (False, True)}


def test_many_axes_of_an_alternative_take_no_time() -> None:
    checks = " || ".join(f'context.device.passing.contains("{one}")' for one in ("encryption", "firewall", "updates"))
    (policy,) = PolicySet.parse(
        f"permit (principal, action, resource) when {{ ({checks}) && context.device.binding >= 2"
        ' && context.device.compliance == "compliant" && context.device.platform == "linux"'
        ' && context.device.id != "d9" && context.device.managed && context.device.risk < 2 };'
    )
    told = partition(atoms(policy.conditions[0].body), NOW)
    found = SituationBuilder(NOW, CALENDAR).situations(
        told, [], nobody=False, most_cells=1 << 17, one_of=[frozenset(unknown("device").items())]
    )
    assert found.possible.bit_count() == 1
