"""The explanation shows each condition, what it saw, and what was never reached."""

from __future__ import annotations

from limen.cedar import Entity, EntityUid, PolicySet, trace_policy
from limen.cedar.interpret import Request

TEXT = """
permit (principal in Group::"staff", action, resource is App)
when { context.auth.strength >= 2 && !(context.risk.score > 70 || context.odd) && context.never }
unless { resource.closed || principal.leaver };
"""


def told(context, attrs=None, leaver=False):
    (policy,) = PolicySet.parse(TEXT)
    who = Entity(EntityUid("User", "ada"), {"leaver": leaver}, frozenset({EntityUid("Group", "staff")}))
    which = Entity(EntityUid("App", "wiki"), {"closed": False} if attrs is None else attrs)
    return trace_policy(policy, Request(who, Entity(EntityUid("Action", "view")), which, context, {}))


GOOD = {"auth": {"strength": 2}, "risk": {"score": 10}, "odd": False, "never": True}


def test_each_line_and_part_is_shown_with_what_it_saw() -> None:
    trace = told(GOOD)
    assert trace.outcome == "held"
    assert [(line.text, line.held) for line in trace.scope] == [
        ('principal in Group::"staff"', True),
        ("action", True),
        ("resource is App", True),
    ]
    when, unless = trace.conditions
    assert [(part.text, part.outcome) for part in when.parts] == [
        ("context.auth.strength >= 2", "held"),
        ("!(context.risk.score > 70 || context.odd)", "held"),
        ("context.never", "held"),
    ]
    assert [(read.path, read.value) for read in when.parts[0].reads] == [("context.auth.strength", 2)]
    assert (unless.outcome, [part.outcome for part in unless.parts]) == ("held", ["failed", "failed"])


def test_a_negation_opens_to_what_it_negates() -> None:
    negation = told(GOOD).conditions[0].parts[1]
    assert negation.join == "not"
    (inner,) = negation.parts
    assert (inner.join, inner.outcome, [part.outcome for part in inner.parts]) == (
        "any",
        "failed",
        ["failed", "failed"],
    )


def test_after_a_failure_nothing_is_reached() -> None:
    trace = told(GOOD | {"auth": {"strength": 1}})
    when, unless = trace.conditions
    assert (trace.outcome, when.outcome, unless.outcome) == ("failed", "failed", "not reached")
    assert [part.outcome for part in when.parts] == ["failed", "not reached", "not reached"]
    assert when.parts[1].parts[0].parts[0].outcome == "not reached"
    assert when.parts[2].reads == ()


def test_an_error_says_what_is_missing_and_stops() -> None:
    trace = told(GOOD | {"risk": {}})
    part = trace.conditions[0].parts[1]
    assert (trace.outcome, part.outcome) == ("error", "error")
    assert "attribute `score`" in trace.message == part.message
    (read,) = part.parts[0].parts[0].reads
    assert (read.path, read.value, "score" in read.missing) == ("context.risk.score", None, True)


def test_an_unless_that_holds_stops_the_policy() -> None:
    trace = told(GOOD, leaver=True)
    assert (trace.outcome, trace.conditions[1].outcome) == ("failed", "failed")
    assert [part.outcome for part in trace.conditions[1].parts] == ["failed", "held"]


def test_a_scope_that_fails_leaves_the_conditions_unreached() -> None:
    (policy,) = PolicySet.parse(TEXT)
    stranger = Entity(EntityUid("User", "eve"))
    request = Request(stranger, Entity(EntityUid("Action", "view")), Entity(EntityUid("App", "wiki")), {}, {})
    trace = trace_policy(policy, request)
    assert (trace.outcome, [line.held for line in trace.scope]) == ("failed", [False, True, True])
    assert {condition.outcome for condition in trace.conditions} == {"not reached"}
