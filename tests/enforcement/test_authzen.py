from __future__ import annotations

import json
from typing import get_args

import pytest

from limen.enforcement import authzen
from limen.enforcement.authzen import Action, Context, Entity, Evaluation, MalformedError
from limen.enforcement.decision_point import Answer
from limen.policy.decision import Effect

ANA, VIEW, WIKI = {"type": "person", "id": "ana@harbor.example"}, {"name": "view"}, {"type": "app", "id": "wiki"}
ASKED = Evaluation(Entity("person", "ana@harbor.example"), Action("view"), Entity("app", "wiki"))


def body(**sent: object) -> bytes:
    return json.dumps(sent).encode()


def test_one_question_and_what_is_beside_it_is_not_looked_at() -> None:
    sent = body(
        subject={**ANA, "properties": {"role": "admin"}}, action=VIEW, resource=WIKI, context={"strength": 3}, more=[1]
    )
    assert authzen.read_one(sent) == ASKED
    assert authzen.read_one(body(subject=ANA, action=VIEW, resource=WIKI, context={"session": "s"})).context == Context(
        "s"
    )


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"subject":' * 5_000,
        body(subject=ANA, action=VIEW),
        body(subject="ana", action=VIEW, resource=WIKI),
        body(subject={"type": "person"}, action=VIEW, resource=WIKI),
        body(subject={"type": 1, "id": "x"}, action=VIEW, resource=WIKI),
        body(subject=ANA, action={"name": None}, resource=WIKI),
        body(subject=ANA, action=VIEW, resource=WIKI, context={"session": 1}),
        body(subject={"type": "person", "id": "x" * 257}, action=VIEW, resource=WIKI),
    ],
)
def test_what_is_no_question_is_malformed(sent: bytes) -> None:
    with pytest.raises(MalformedError) as error:
        authzen.read_one(sent)
    assert "ana" not in str(error.value)
    with pytest.raises(MalformedError):
        authzen.read_many(sent)


def test_what_a_question_leaves_out_is_taken_from_the_top() -> None:
    edit = {"name": "edit"}
    many = authzen.read_many(
        body(subject=ANA, action=VIEW, context={"session": "s"}, evaluations=[{"resource": WIKI}, {"action": edit}])
    )
    first, second = many.evaluations
    assert first == Evaluation(ASKED.subject, ASKED.action, ASKED.resource, Context("s"))
    assert second is None
    assert (many.semantic, many.is_single) == ("execute_all", False)


def test_without_evaluations_the_top_is_the_question() -> None:
    for more in ({}, {"evaluations": []}):
        many = authzen.read_many(body(subject=ANA, action=VIEW, resource=WIKI, **more))
        assert (many.evaluations, many.is_single) == ((ASKED,), True)


def test_how_many_and_how_they_are_asked_is_bounded() -> None:
    one = {"subject": ANA, "action": VIEW, "resource": WIKI}
    assert len(authzen.read_many(body(evaluations=[one] * 100)).evaluations) == 100
    with pytest.raises(MalformedError, match="100"):
        authzen.read_many(body(evaluations=[one] * 101))
    with pytest.raises(MalformedError, match=r"No such value - at `..options.evaluations_semantic`"):
        authzen.read_many(body(evaluations=[one], options={"evaluations_semantic": "any"}))


def test_when_the_rest_is_not_asked_any_more() -> None:
    yes, no = authzen.decided(Answer(Effect.PERMIT, "p")), authzen.decided(Answer(Effect.CHALLENGE, "p"))
    table = {name: (authzen.is_over(name, yes), authzen.is_over(name, no)) for name in get_args(authzen.Semantic)}
    assert table == {
        "execute_all": (False, False),
        "deny_on_first_deny": (False, True),
        "permit_on_first_permit": (True, False),
    }


def test_only_a_permit_is_a_yes() -> None:
    for effect in Effect:
        assert authzen.decided(Answer(effect, "why", "e1")).decision is (effect is Effect.PERMIT)
    said = json.loads(authzen.write(authzen.decided(Answer(Effect.DENY, "why", "e1"))))
    assert said == {"decision": False, "context": {"reason": "why", "id": "e1"}}
    assert json.loads(authzen.write([authzen.refused("unknown-subject")])) == {
        "evaluations": [{"decision": False, "context": {"reason": "unknown-subject"}}]
    }


def test_the_description_refers_to_nothing_that_is_not_in_it() -> None:
    described = authzen.openapi("https://limen.harbor.example")
    text = json.dumps(described)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(described["components"]["schemas"])
    assert set(described["paths"]) == {
        "/access/v1/evaluation",
        "/access/v1/evaluations",
        "/.well-known/authzen-configuration",
    }
