"""AuthZEN (OpenID Authorization API 1.0): its questions and answers as values. Pure; `limen.web.authzen` serves them.

A program asks about a person: may this subject do this action on this resource? What is decided on is what Limen knows,
never what the program says: its `context` can name a session by the alias that an assertion carries as `sid`, and
nothing else of it is looked at.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal as OneOf

import msgspec

from limen.enforcement.decision_point import Answer
from limen.policy.decision import Effect, Remedy

MOST_EVALUATIONS: Final = 100
MAX_TEXT: Final = 256
PERSON_TYPES: Final = frozenset({"person", "user"})
"""`user` is what AuthZEN's own examples say."""
APP_TYPE: Final = "app"
UNKNOWN_SUBJECT, UNKNOWN_RESOURCE, UNKNOWN_ACTION = "unknown-subject", "unknown-resource", "unknown-action"
Semantic = OneOf["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]


class MalformedError(ValueError):
    """The body is no question. Its message says what is wrong, without repeating what was sent."""


class Entity(msgspec.Struct, frozen=True):
    type: Text
    id: Text


class Action(msgspec.Struct, frozen=True):
    name: Text


class Context(msgspec.Struct, frozen=True):
    """The one thing of the caller's context that is looked at."""

    session: Text = ""


class Evaluation(msgspec.Struct, frozen=True):
    """One question. Everything it says beside these is not looked at."""

    subject: Entity
    action: Action
    resource: Entity
    context: Context = Context()


class Options(msgspec.Struct, frozen=True):
    evaluations_semantic: Semantic = "execute_all"


class _Member(msgspec.Struct, frozen=True, omit_defaults=True):
    subject: Entity | None = None
    action: Action | None = None
    resource: Entity | None = None
    context: Context | None = None


class _Many(_Member, frozen=True):
    evaluations: Annotated[list[_Member], msgspec.Meta(max_length=MOST_EVALUATIONS)] = []
    options: Options = Options()


class Many(msgspec.Struct, frozen=True):
    """Several questions in their order, those that are incomplete as None; `is_single` where one was asked plainly."""

    evaluations: tuple[Evaluation | None, ...]
    semantic: Semantic
    is_single: bool


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is told beside the decision. `id` names it in the journal; each of `remedies` is a set that turns it."""

    reason: str = ""
    id: str = ""
    remedies: tuple[tuple[dict[str, str | int], ...], ...] = ()
    error: dict[str, str | int] | None = None


class Decided(msgspec.Struct, frozen=True):
    decision: bool
    context: Said


INCOMPLETE: Final = Decided(
    decision=False,
    context=Said("malformed", error={"status": 400, "message": "subject, action or resource is missing"}),
)


def read_one(body: bytes) -> Evaluation:
    """The question of `POST /access/v1/evaluation`. Raises MalformedError."""
    asked: Evaluation = _decoded(body, Evaluation)
    return asked


def read_many(body: bytes) -> Many:
    """The questions of `POST /access/v1/evaluations`, each with what it leaves out taken from the top.

    Without any, the top is one question (section 7.1). Raises MalformedError.
    """
    sent: _Many = _decoded(body, _Many)
    if not sent.evaluations:
        one = _whole(sent, sent)
        if one is None:
            raise MalformedError("subject, action and resource are needed")
        return Many((one,), sent.options.evaluations_semantic, is_single=True)
    return Many(
        tuple(_whole(one, sent) for one in sent.evaluations), sent.options.evaluations_semantic, is_single=False
    )


def is_over(semantic: Semantic, decided: Decided) -> bool:
    """Whether, after this answer, the rest is not asked any more (section 7.1.2.1)."""
    return semantic == ("permit_on_first_permit" if decided.decision else "deny_on_first_deny")


def decided(answer: Answer) -> Decided:
    """What a door was told, as AuthZEN says it."""
    decision = answer.decision
    turned = () if decision is None else tuple(tuple(_remedy(one) for one in some) for some in decision.remedies)
    return Decided(answer.effect is Effect.PERMIT, Said(answer.word, answer.id, turned))


def refused(reason: str, decision_id: str = "") -> Decided:
    """A no without what would turn it: about what Limen does not know, or does not tell this caller of."""
    return Decided(decision=False, context=Said(reason, decision_id))


def write(said: Decided | list[Decided]) -> bytes:
    return msgspec.json.encode({"evaluations": said} if isinstance(said, list) else said)


def configuration(public_url: str) -> dict[str, str]:
    """The metadata of the decision point (section 9.1)."""
    return {
        "policy_decision_point": public_url,
        "access_evaluation_endpoint": f"{public_url}/access/v1/evaluation",
        "access_evaluations_endpoint": f"{public_url}/access/v1/evaluations",
    }


def openapi(public_url: str) -> dict[str, Any]:
    """What this API takes and gives, and no other of Limen's, as OpenAPI 3.1."""
    _, parts = msgspec.json.schema_components((Evaluation, _Many, Decided), ref_template="#/components/schemas/{name}")
    parts = {name.lstrip("_"): schema for name, schema in parts.items()}
    alone = {name: _ref(kind) for name, kind in (("subject", "Entity"), ("action", "Action"), ("resource", "Entity"))}
    parts["Many"]["anyOf"] = [
        {"required": list(alone), "properties": alone},
        {"required": ["evaluations"], "properties": {"evaluations": {"minItems": 1}}},
    ]
    many = {"type": "object", "required": ["evaluations"], "properties": {"evaluations": {"type": "array"}}}
    many["properties"]["evaluations"]["items"] = {"$ref": "#/components/schemas/Decided"}  # type: ignore[index]
    either = {"oneOf": [{"$ref": "#/components/schemas/Decided"}, many]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Limen: AuthZEN Authorization API", "version": "1.0"},
        "servers": [{"url": public_url}],
        "security": [{"workload": []}],
        "paths": {
            "/access/v1/evaluation": {
                "post": _operation("evaluate", "A single question", "Evaluation", _ref("Decided"))
            },
            "/access/v1/evaluations": {"post": _operation("evaluateMany", "Several questions", "Many", either)},
            "/.well-known/authzen-configuration": {
                "get": {
                    "operationId": "configuration",
                    "summary": "Where to ask",
                    "security": [],
                    "responses": {"200": _told("The endpoints", {"type": "object"})},
                }
            },
        },
        "components": {
            "schemas": _renamed(parts),
            "securitySchemes": {"workload": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(name: str, summary: str, body: str, answer: dict[str, Any]) -> dict[str, Any]:
    refusals = {
        "400": "The body is not a valid question",
        "401": "No valid token",
        "413": "More than 64 KB",
        "415": "The body is not JSON",
        "429": "Too many questions in this second",
    }
    wrong = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref(body)}}},
        "responses": {
            "200": _told("The answer", answer),
            **{code: _told(why, wrong) for code, why in refusals.items()},
        },
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _told(why: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": why, "content": {"application/json": {"schema": schema}}}


def _renamed(parts: Any) -> Any:
    """References to what is private in this file, under their public names."""
    if isinstance(parts, dict):
        return {key: value.replace("/_", "/") if key == "$ref" else _renamed(value) for key, value in parts.items()}
    return [_renamed(one) for one in parts] if isinstance(parts, list) else parts


def _decoded(body: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        said, at, where = str(error).rpartition(" - at ")
        said = "No such value" if said.startswith("Invalid enum value") else said
        raise MalformedError(said + at + where) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedError("the body is not JSON, or nests too deep") from None


def _whole(one: _Member, top: _Member) -> Evaluation | None:
    """The question with what it leaves out taken from the top; None where something is still missing."""
    subject, action, resource = one.subject or top.subject, one.action or top.action, one.resource or top.resource
    if subject is None or action is None or resource is None:
        return None
    return Evaluation(subject, action, resource, one.context or top.context or Context())


def _remedy(remedy: Remedy) -> dict[str, str | int]:
    said: dict[str, str | int] = {"kind": remedy.kind}
    if remedy.strength:
        said["strength"] = remedy.strength
    if remedy.at:
        said["at"] = remedy.at
    if remedy.what:
        said["what"] = remedy.what
    if remedy.to:
        said["to"] = remedy.to
    return said
