"""A Cedar schema, as far as requests and entities are concerned: which types there are and what they hold.

cedarpy parses and checks the text; what is read here is the canonical text it gives back, so this reader may trust it.
Checking policies against the schema is cedarpy's business too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self, TypeAlias, TypeVar

from limen.cedar.errors import ParseError
from limen.cedar.text import unescape
from limen.cedar.values import Entity, EntityUid

T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Primitive:
    """`Bool`, `Long`, `String`, or an extension type by its own name: `ipaddr`, `decimal`, `datetime`, `duration`."""

    name: str


@dataclass(frozen=True, slots=True)
class EntityOf:
    type: str


@dataclass(frozen=True, slots=True)
class SetType:
    element: Type


@dataclass(frozen=True, slots=True)
class RecordType:
    fields: Mapping[str, Type] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


Type: TypeAlias = "Primitive | EntityOf | SetType | RecordType"


@dataclass(frozen=True, slots=True)
class EntityType:
    """`ids` is None unless the type is an enumeration. `above` holds every type an ancestor may have."""

    attrs: RecordType = RecordType()
    above: frozenset[str] = frozenset()
    tags: Type | None = None
    ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ActionType:
    principals: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    context: RecordType = RecordType()


@dataclass(frozen=True, slots=True)
class Schema:
    """Types and actions by their full names."""

    entity_types: Mapping[str, EntityType]
    actions: Mapping[EntityUid, ActionType]
    action_entities: tuple[Entity, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """A schema in Cedar's own syntax or its JSON form. Raises `ParseError` with what the parser said."""
        import cedarpy  # noqa: PLC0415 -- heavy, and never needed to evaluate

        is_json = text.lstrip().startswith("{")
        try:
            parsed = cedarpy.Schema.from_json_str(text) if is_json else cedarpy.Schema.from_str(text)
        except ValueError as error:
            raise ParseError(str(error)) from None
        return cls(*_Reader(str(parsed)).schema())


_TOKEN: Final = re.compile(r'\s*(?:(//[^\n]*)|("(?:[^"\\]|\\.)*")|([A-Za-z_][A-Za-z0-9_]*)|(::|[][{}()<>,:;=?@.]))')
_PRIMITIVES: Final = ("Bool", "Long", "String", "ipaddr", "decimal", "datetime", "duration")


@dataclass(frozen=True, slots=True)
class _Name:
    """A type's name as written, and the namespace it was written in."""

    path: str
    namespace: str


_Raw: TypeAlias = "_Name | tuple[str, _Raw] | dict[str, tuple[_Raw, bool]]"


class _Reader:
    """Reads one canonical schema text, then resolves its names."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._common: dict[str, _Raw] = {}
        self._entities: dict[str, tuple[list[_Name], _Raw, _Raw | None, frozenset[str] | None]] = {}
        self._actions: dict[EntityUid, tuple[list[tuple[str, str]], dict[str, object], str]] = {}

    def schema(self) -> tuple[dict[str, EntityType], dict[EntityUid, ActionType], tuple[Entity, ...]]:
        while self._peek():
            self._annotations()
            if self._take("namespace"):
                namespace = self._path()
                self._expect("{")
                while not self._take("}"):
                    self._declaration(namespace)
            else:
                self._declaration("")
        above = {name: {self._entity(parent) for parent in raw[0]} for name, raw in self._entities.items()}
        entity_types = {
            name: EntityType(
                self._record(attrs), _closure(name, above), None if tags is None else self._type(tags), ids
            )
            for name, (_, attrs, tags, ids) in self._entities.items()
        }
        actions = {uid: self._applies_to(raw[1]) for uid, raw in self._actions.items()}
        parents = {uid: {self._action(parent, raw[2]) for parent in raw[0]} for uid, raw in self._actions.items()}
        entities = tuple(Entity(uid, {}, _closure(uid, parents)) for uid in actions)
        return entity_types, actions, entities

    # -- declarations

    def _declaration(self, namespace: str) -> None:
        self._annotations()
        if self._take("type"):
            name = self._next()
            self._expect("=")
            self._common[_qualified(namespace, name)] = self._raw_type(namespace)
            self._expect(";")
        elif self._take("entity"):
            self._entity_declaration(namespace)
        else:
            self._expect("action")
            self._action_declaration(namespace)

    def _entity_declaration(self, namespace: str) -> None:
        names = self._list(self._next)
        ids: frozenset[str] | None = None
        parents: list[_Name] = []
        attrs: _Raw = {}
        tags: _Raw | None = None
        if self._take("enum"):
            self._expect("[")
            ids = frozenset(self._until("]", self._text))
        if self._take("in"):
            paths = self._until("]", self._path) if self._take("[") else [self._path()]
            parents = [_Name(path, namespace) for path in paths]
        if self._take("=") or self._peek() == "{":
            attrs = self._raw_type(namespace)
        if self._take("tags"):
            tags = self._raw_type(namespace)
        self._expect(";")
        for name in names:
            self._entities[_qualified(namespace, name)] = (parents, attrs, tags, ids)

    def _action_declaration(self, namespace: str) -> None:
        names = self._list(self._text)
        parents: list[tuple[str, str]] = []
        applies: dict[str, object] = {}
        if self._take("in"):
            parents = self._until("]", self._reference) if self._take("[") else [self._reference()]
        if self._take("appliesTo"):
            self._expect("{")
            while not self._take("}"):
                key = self._next()
                self._expect(":")
                if key == "context":
                    applies[key] = self._raw_type(namespace)
                else:
                    paths = self._until("]", self._path) if self._take("[") else [self._path()]
                    applies[key] = [_Name(path, namespace) for path in paths]
                self._take(",")
        self._expect(";")
        for name in names:
            self._actions[EntityUid(_qualified(namespace, "Action"), name)] = (parents, applies, namespace)

    def _reference(self) -> tuple[str, str]:
        """An action as a parent: `"x"`, `x` or `N::Action::"x"`, as (path, id)."""
        parts = [self._next()]
        while self._take("::"):
            parts.append(self._next())
        return "::".join(parts[:-1]), _unquoted(parts[-1])

    def _raw_type(self, namespace: str) -> _Raw:
        if self._take("{"):
            fields: dict[str, tuple[_Raw, bool]] = {}
            while not self._take("}"):
                self._annotations()
                name = self._text()
                is_optional = self._take("?")
                self._expect(":")
                fields[name] = (self._raw_type(namespace), not is_optional)
                self._take(",")
            return fields
        path = self._path()
        if path in {"Set", "__cedar::Set"} and self._take("<"):
            element = self._raw_type(namespace)
            self._expect(">")
            return ("Set", element)
        return _Name(path, namespace)

    # -- names

    def _type(self, raw: _Raw) -> Type:
        if isinstance(raw, dict):
            required = frozenset(name for name, (_, is_required) in raw.items() if is_required)
            return RecordType({name: self._type(inner) for name, (inner, _) in raw.items()}, required)
        if isinstance(raw, tuple):
            return SetType(self._type(raw[1]))
        for name in dict.fromkeys((_qualified(raw.namespace, raw.path), raw.path)):
            if name in self._common:
                return self._type(self._common[name])
            if name in self._entities:
                return EntityOf(name)
        if raw.path.removeprefix("__cedar::") in _PRIMITIVES:
            return Primitive(raw.path.removeprefix("__cedar::"))
        raise ParseError(f"the schema has no type `{raw.path}`")

    def _record(self, raw: _Raw) -> RecordType:
        resolved = self._type(raw)
        if not isinstance(resolved, RecordType):
            raise ParseError("attributes and contexts are records")
        return resolved

    def _entity(self, name: _Name) -> str:
        for full in (_qualified(name.namespace, name.path), name.path):
            if full in self._entities:
                return full
        raise ParseError(f"the schema has no entity type `{name.path}`")

    def _action(self, reference: tuple[str, str], namespace: str) -> EntityUid:
        path, name = reference
        for full in (_qualified(namespace, path or "Action"), path or "Action"):
            if EntityUid(full, name) in self._actions:
                return EntityUid(full, name)
        raise ParseError(f"the schema has no action {name!r}")

    def _applies_to(self, raw: dict[str, object]) -> ActionType:
        principals, resources, context = raw.get("principal", []), raw.get("resource", []), raw.get("context", {})
        return ActionType(
            frozenset([self._entity(name) for name in principals]),  # type: ignore[attr-defined]
            frozenset([self._entity(name) for name in resources]),  # type: ignore[attr-defined]
            self._record(context),  # type: ignore[arg-type]
        )

    # -- tokens

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, token: str) -> bool:
        if self._peek() == token:
            self._at += 1
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise ParseError(f"the schema has {self._peek()!r} where {token!r} belongs")

    def _text(self) -> str:
        return _unquoted(self._next())

    def _path(self) -> str:
        parts = [self._next()]
        while self._take("::"):
            parts.append(self._next())
        return "::".join(parts)

    def _list(self, one: Callable[[], T]) -> list[T]:
        found = [one()]
        while self._take(","):
            found.append(one())
        return found

    def _until(self, end: str, one: Callable[[], T]) -> list[T]:
        found: list[T] = []
        while not self._take(end):
            found.append(one())
            self._take(",")
        return found

    def _annotations(self) -> None:
        while self._take("@"):
            self._next()
            if self._take("("):
                self._next()
                self._expect(")")


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise ParseError(f"the schema can't be read from {text[at : at + 20]!r} on")
        at = match.end()
        if match[1] is None:
            tokens.append(match[match.lastindex or 0])
    return tokens


def _unquoted(token: str) -> str:
    return unescape(token[1:-1]) if token.startswith('"') else token


def _qualified(namespace: str, name: str) -> str:
    return f"{namespace}::{name}" if namespace else name


def _closure(start: K, above: Mapping[K, set[K]]) -> frozenset[K]:
    found: set[K] = set()
    waiting = list(above.get(start, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(above.get(one, ()))
    return frozenset(found)
