from __future__ import annotations

from tests.policy.scene import NOW, app, engine_of

from limen.access.graph import MOST, Column, Edge, Node, Way, graph, ways
from limen.access.standing.privilege import Held, StandingPrivilege, standing_access
from limen.clock import HOUR
from limen.facts import Grant, Label, Person

ANA = Person("ana", "Ana", "", frozenset({"finance", "staff", "idle"}), active=True)
PAYROLL, WIKI = app(Label.RESTRICTED, "payroll"), app()
TEXT = """@id("finance") permit (principal in Group::"finance", action in [Action::"view", Action::"edit"],
  resource == App::"payroll");
@id("staff") permit (principal in Group::"staff", action == Action::"view", resource) when { resource.sensitivity < 2 };
@id("all") permit (principal, action == Action::"view", resource == App::"wiki");"""
ASKED = {"wiki": ("view", "edit"), "payroll": ("view", "edit")}
GRANT = Grant("g1", "wiki", frozenset({"edit"}), NOW + HOUR, "", "ben")


def of_ana(*grants: Grant) -> tuple[Way, ...]:
    engine = engine_of(TEXT)
    found = standing_access(engine, [ANA], [WIKI, PAYROLL], since=NOW)
    return ways(ANA, found, engine.policies, grants, ASKED)


def test_each_way_says_what_it_gives_by_which_rule_and_through_which_groups() -> None:
    assert of_ana(GRANT) == (
        Way("wiki", ("view",), "all", ()),
        Way("wiki", ("view",), "staff", ("staff",)),
        Way("wiki", ("edit",), "g1", (), is_grant=True),
        Way("payroll", ("view", "edit"), "finance", ("finance",)),
    )


def test_what_cant_be_asked_of_an_app_and_what_others_have_is_not_there() -> None:
    held = (Held(("ana",), "wiki", "share", ("s",)), Held(("ben",), "wiki", "view", ("s",)))
    assert ways(ANA, StandingPrivilege(held, True, 1.0, 1), (), (), ASKED) == ()
    doubt = StandingPrivilege((Held(("ana",), "wiki", "view", ("s",), is_certain=False),), False, 0.5, 1)
    assert ways(ANA, doubt, (), (), ASKED) == (Way("wiki", ("view",), "s", (), is_certain=False),)


def test_groups_that_give_nothing_are_not_drawn_and_everybodys_rules_begin_at_the_person() -> None:
    drawn = graph(ANA, of_ana())
    assert [one.id for one in drawn.of(Column.GROUP)] == ["staff", "finance"]
    root, everybody = Node(Column.PERSON, "ana"), Node(Column.RULE, "all")
    assert Edge(root, everybody) in drawn.edges
    assert Edge(Node(Column.RULE, "finance"), Node(Column.APP, "payroll"), ("view", "edit")) in drawn.edges
    assert set(drawn.left_out.values()) == {0}


def test_it_is_bounded_and_says_how_much_is_left_out() -> None:
    many = [Way(f"app-{number}", ("view",), f"rule-{number}", (f"group-{number}",)) for number in range(MOST + 7)]
    drawn = graph(ANA, many)
    assert {len(drawn.of(column)) for column in (Column.APP, Column.RULE, Column.GROUP)} == {MOST}
    assert drawn.left_out[Column.APP] == 7
    assert all(edge.start in drawn.nodes and edge.end in drawn.nodes for edge in drawn.edges)


def test_somebody_without_access_is_alone() -> None:
    drawn = graph(ANA, ())
    assert drawn.nodes == (Node(Column.PERSON, "ana"),)
    assert drawn.edges == ()
