from __future__ import annotations

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.laws.decision_cases import policy_texts
from tests.policy.scene import NOW, app, engine_of

from limen.facts import ANYBODY, Label, Person
from limen.policy import Request
from limen.policy.hypothetical import Hypothetical
from limen.policy.matrix import Cell, matrix, whole

PEOPLE = (
    ANYBODY,
    Person("p1", groups=frozenset({"staff"}), active=True),
    Person("p2", groups=frozenset({"staff", "choir"}), active=True),
    Person("p3", groups=frozenset(), active=True),
    Person("p4", groups=frozenset({"staff"}), active=False),
)
APPS = (app(), app(Label.RESTRICTED, "payroll"))
ACTIONS = ("view", "edit")


@settings(max_examples=size(60))
@given(texts=st.lists(st.integers(0, 3), max_size=3), data=st.data())
def test_every_cell_is_what_deciding_it_by_itself_gives(texts: list[int], data: st.DataObject) -> None:
    engine = engine_of("\n".join(data.draw(policy_texts(f"p{number}")) for number, _ in enumerate(texts)))
    supposed = Hypothetical(
        strength=data.draw(st.integers(0, 3)), device=data.draw(st.sampled_from(["", "compliant"])), country="DE"
    )
    rows = whole(matrix(engine, supposed, NOW), PEOPLE, APPS, ACTIONS)
    for person, row in zip(PEOPLE, rows, strict=True):
        columns = [(one, action) for one in APPS for action in ACTIONS]
        for (one, action), cell in zip(columns, row, strict=True):
            facts = supposed.facts(person if person.id else None, one, action, NOW)
            decision = engine.decide(Request(action), facts, NOW)
            assert (cell.effect, cell.reason) == (decision.effect, decision.reasons[0].policy)


def test_a_cell_says_its_first_reason_as_people_read_it() -> None:
    engine = engine_of('@id("open") @title("Everybody reads") permit (principal, action, resource);')
    decide = matrix(engine, Hypothetical(), NOW)
    assert decide(PEOPLE[1], APPS[0], "view") == Cell("permit", "open", "Everybody reads")
