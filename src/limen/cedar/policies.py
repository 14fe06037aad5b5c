"""Policies and sets of them, as nodes: read from Cedar text (through cedarpy) or from Cedar's JSON form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal as OneOf, Self, TypeAlias

from limen.cedar import tree
from limen.cedar.errors import ParseError, TemplateError
from limen.cedar.json_text import loads
from limen.cedar.tree import Expression
from limen.cedar.values import EntityUid

if TYPE_CHECKING:
    from limen.cedar.authorize import Response
    from limen.cedar.entities import Entities
    from limen.cedar.paths import Paths
    from limen.cedar.schema import Schema

Effect: TypeAlias = OneOf["permit", "forbid"]

MAX_TEXT: Final = 4_000_000
"""The longest policy text that is handed to the parser, in characters."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One of the three scope lines: anything, or of a type, or in (or equal to) one of the named entities.

    `entities` is None where the line names no entity; `equal` says `==` rather than `in`.
    """

    type: str | None = None
    entities: tuple[EntityUid, ...] | None = None
    equal: bool = False

    @property
    def is_list(self) -> bool:
        """`in [a, b]`. A list of one is the one: Cedar keeps no difference."""
        return self.entities is not None and len(self.entities) != 1

    @property
    def is_any(self) -> bool:
        return self.type is None and self.entities is None

    def holds(self, uid: EntityUid, ancestors: frozenset[EntityUid]) -> bool:
        if self.type is not None and uid.type != self.type:
            return False
        if self.entities is None:
            return True
        if self.equal:
            return uid in self.entities
        return any(named == uid or named in ancestors for named in self.entities)


@dataclass(frozen=True, slots=True)
class Condition:
    kind: OneOf["when", "unless"]
    body: Expression


@dataclass(frozen=True, slots=True)
class Policy:
    """One static policy. `id` is what Cedar calls it, `policy0` for the first of a text; `@id` is an annotation."""

    id: str
    effect: Effect
    principal: Scope
    action: Scope
    resource: Scope
    conditions: tuple[Condition, ...]
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def from_json(cls, policy_id: str, body: object) -> Self:
        """Raises `ParseError` (or its kinds `TemplateError`, `TooDeepError`) naming the policy."""
        try:
            return cls._read(policy_id, body)
        except ParseError as error:
            raise type(error)(f"{policy_id}: {error}") from None

    @classmethod
    def _read(cls, policy_id: str, body: object) -> Self:
        if not isinstance(body, dict):
            raise ParseError("a policy is an object")
        effect = body.get("effect")
        if effect not in {"permit", "forbid"}:
            raise ParseError("the effect is permit or forbid")
        conditions = body.get("conditions", [])
        annotations = body.get("annotations") or {}
        if not isinstance(conditions, list) or not isinstance(annotations, dict):
            raise ParseError("conditions are a list and annotations an object")
        return cls(
            policy_id,
            effect,
            _read_scope(body.get("principal")),
            _read_scope(body.get("action")),
            _read_scope(body.get("resource")),
            tuple([_read_condition(condition) for condition in conditions]),
            {str(name): "" if text is None else str(text) for name, text in annotations.items()},
        )

    def paths(self) -> Paths:
        """The attributes this policy reads, and the constants it compares them with."""
        from limen.cedar.paths import paths  # noqa: PLC0415 -- it imports this module

        return paths(self)

    def to_json(self) -> dict[str, Any]:
        written: dict[str, Any] = {
            "effect": self.effect,
            "principal": _write_scope(self.principal),
            "action": _write_scope(self.action),
            "resource": _write_scope(self.resource),
            "conditions": [{"kind": one.kind, "body": tree.write(one.body)} for one in self.conditions],
        }
        if self.annotations:
            written["annotations"] = dict(self.annotations)
        return written


@dataclass(frozen=True, slots=True)
class PolicySet:
    """Static policies in the order of their text. Templates are refused: they authorise nothing until linked."""

    policies: tuple[Policy, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Cedar text. Raises `ParseError` with what the parser said. Text from strangers: see DESIGN §5, the parser
        may end its process on hostile nesting, so parse such text in a process of its own and use `from_json` here.
        """
        import cedarpy  # noqa: PLC0415 -- heavy, and never needed to evaluate

        if len(text) > MAX_TEXT:
            raise ParseError(f"the text is longer than {MAX_TEXT} characters")
        try:
            return cls.from_json(loads(cedarpy.policies_to_json_str(text)))
        except ValueError as error:
            raise ParseError(str(error)) from None

    @classmethod
    def from_json(cls, body: object, read: Mapping[str, Policy] | None = None) -> Self:
        """Cedar's JSON form of a policy set, as `cedarpy.policies_to_json_str` gives it and `to_json` writes it.

        `read` are those of its policies that were read before, by their ids.
        """
        if not isinstance(body, dict) or not isinstance(body.get("staticPolicies", {}), dict):
            raise ParseError("a policy set is an object with `staticPolicies`")
        if body.get("templates") or body.get("templateLinks"):
            raise TemplateError("templates and their links are not supported: write each policy out")
        policies = body.get("staticPolicies", {})
        known = read or {}
        names = sorted(policies, key=_position)
        return cls(tuple([known.get(name) or Policy.from_json(name, policies[name]) for name in names]))

    def to_json(self) -> dict[str, Any]:
        return {
            "templates": {},
            "staticPolicies": {policy.id: policy.to_json() for policy in self.policies},
            "templateLinks": [],
        }

    def is_authorized(
        self,
        principal: tuple[str, str],
        action: tuple[str, str],
        resource: tuple[str, str],
        context: Mapping[str, object],
        entities: Entities,
        schema: Schema | None = None,
    ) -> Response:
        """Cedar's answer to one request. See `limen.cedar.authorize`."""
        from limen.cedar.authorize import authorize  # noqa: PLC0415 -- it imports this module

        return authorize(self, principal, action, resource, context, entities, schema)

    def __iter__(self) -> Iterator[Policy]:
        return iter(self.policies)

    def __len__(self) -> int:
        return len(self.policies)

    def __getitem__(self, policy_id: str) -> Policy:
        for policy in self.policies:
            if policy.id == policy_id:
                return policy
        raise KeyError(policy_id)


def _position(policy_id: str) -> tuple[str, int, str]:
    """`policy2` before `policy10`: Cedar numbers by position, and its JSON is sorted by letters."""
    name = policy_id.rstrip("0123456789")
    digits = policy_id[len(name) :]
    return (name, int(digits[:18] or -1), policy_id)


def _read_condition(body: object) -> Condition:
    if not isinstance(body, dict) or body.get("kind") not in {"when", "unless"}:
        raise ParseError("a condition is `when` or `unless`")
    return Condition(body["kind"], tree.read(body.get("body")))


def _read_scope(body: object) -> Scope:
    if not isinstance(body, dict):
        raise ParseError("a scope is an object")
    if "slot" in body or (isinstance(body.get("in"), dict) and "slot" in body["in"]):
        raise TemplateError("this is a template with a slot: write each policy out")
    match body.get("op"):
        case "All":
            return Scope()
        case "==":
            return Scope(entities=(tree.read_uid(body.get("entity")),), equal=True)
        case "in" if isinstance(named := body.get("entities"), list):
            return Scope(entities=tuple([tree.read_uid(one) for one in named]))
        case "in":
            return Scope(entities=(tree.read_uid(body.get("entity")),))
        case "is" if isinstance(name := body.get("entity_type"), str):
            inner = body.get("in")
            group = (
                None if inner is None else (tree.read_uid(inner.get("entity") if isinstance(inner, dict) else inner),)
            )
            return Scope(type=name, entities=group)
    raise ParseError(f"a scope has no operator {str(body.get('op'))[:40]!r}")


def _write_scope(scope: Scope) -> dict[str, Any]:
    named = [{"type": uid.type, "id": uid.id} for uid in scope.entities or ()]
    if scope.is_any:
        return {"op": "All"}
    if scope.type is not None:
        return {"op": "is", "entity_type": scope.type} | ({"in": {"entity": named[0]}} if named else {})
    if scope.is_list:
        return {"op": "in", "entities": named}
    return {"op": "==" if scope.equal else "in", "entity": named[0]}
