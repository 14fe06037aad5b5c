from __future__ import annotations

import pytest
from tests.policy.scene import NOW, app, engine_of

from limen.access.openings import Looked, Openings
from limen.facts import Label, Person

WIKI = app(Label.INTERNAL)
IDA = Person("p_ida", groups=frozenset({"staff"}), active=True)
STAFF = '@id("staff") permit (principal in Group::"staff", action == Action::"view", resource){};'
OTHERS = '@id("others") permit (principal in Group::"finance", action, resource);'
GRANTED = '@id("granted") permit (principal, action, resource) when { context.grant.active };'
MOST = 1 << 10


def looked(text: str, most_cells: int = MOST) -> tuple[Openings, Looked, tuple[str, ...]]:
    """What these policies open of the wiki to Ida, and by which of them."""
    openings = Openings(engine_of(text), NOW, most_cells)
    relevant = openings.of_person(IDA) & openings.of_app(WIKI) & openings.of_action["view"]
    found = openings.look(openings.bodies(relevant, IDA, WIKI, "view"), nobody=False, by_token=False)
    return openings, found, openings.permits_of(found.opening, relevant, IDA, WIKI, "view")


@pytest.mark.parametrize(
    ("condition", "opens"),
    [
        ("", True),
        (" when { context.time.weekday == 7 }", True),
        (' when { context.device.compliance == "compliant" && context.auth.strength >= 3 }', True),
        (" when { context.auth.strength >= 3 && context.auth.strength < 2 }", False),
    ],
)
def test_whatever_the_situation_that_opens_it_is_found(condition: str, *, opens: bool) -> None:
    _, found, by = looked(STAFF.format(condition) + OTHERS + GRANTED)
    assert (bool(found.opening), by, found.is_sure) == (opens, ("staff",) if opens else (), True)


def test_a_forbid_closes_what_it_holds_for_in_every_situation() -> None:
    forbid = '@id("no") forbid (principal, action, resource) when {{ context.auth.strength {} 2 }};'
    assert looked(STAFF.format("") + forbid.format("<"))[2] == ("staff",)
    assert looked(STAFF.format("") + forbid.format("<") + forbid.replace('"no"', '"no2"').format(">="))[2] == ()


def test_where_there_are_too_many_situations_doubt_counts_as_yes() -> None:
    parts = [
        "context.auth.strength >= 3",
        "context.device.managed",
        "context.place.anonymiser",
        "context.risk.score < 5",
    ]
    never = " && ".join([*parts, "context.auth.strength < 2"])
    _, found, by = looked(STAFF.format(f" when {{ {never} }}"), most_cells=2)
    assert (found.found, found.is_sure, by) == (frozenset(), False, ("staff",))


def test_policies_are_bits_in_their_order() -> None:
    openings, _, _ = looked(STAFF.format("") + OTHERS + '@id("no") forbid (principal, action, resource);')
    ids = [one.id for one in openings.policies]
    assert [bool(openings.permits >> ids.index(one) & 1) for one in ("staff", "others", "no")] == [True, True, False]
    assert openings.bits(lambda number: ids[number] == "no") == 1 << ids.index("no")
