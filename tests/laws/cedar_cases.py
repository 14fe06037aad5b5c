"""Random Cedar: policies as trees, entities and requests as JSON. Mostly well typed, sometimes on purpose not."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from limen.cedar import tree
from limen.cedar.policies import Condition, Effect, Policy, PolicySet, Scope
from limen.cedar.tree import (
    And,
    Attribute,
    Binary,
    Call,
    Expression,
    Has,
    If,
    Is,
    IsEmpty,
    Like,
    Literal,
    Negate,
    Not,
    Or,
    RecordOf,
    SetOf,
    Var,
)
from limen.cedar.values import LONG_MAX, LONG_MIN, EntityUid

KINDS = ("bool", "long", "string", "entity", "set", "record", "datetime", "duration", "decimal", "ip")

# An attribute's first letter says what it usually holds.
ATTRIBUTES = {
    "bool": ["b1", "b2"],
    "long": ["n1", "n2", "n3"],
    "string": ["s1", "s2", 's "\u00e9\n'],
    "entity": ["e1", "e2"],
    "set": ["x1", "x2"],
    "record": ["r1", "r2", "if"],
    "datetime": ["t1", "t2"],
    "duration": ["d1"],
    "decimal": ["f1"],
    "ip": ["i1", "i2"],
}
STRINGS = [
    "",
    "a",
    "ab",
    "abc",
    "b*c",
    "*",
    "\\",
    'q"',
    "\u00e9",
    "\U0001f600x",
    "\x00",
    "a\nb",
    "\u200d",
    "True",
    "1",
    "'",
]
LONGS = [0, 1, -1, 2, 3, 7, 1000, LONG_MAX, LONG_MIN, LONG_MAX - 1, LONG_MIN + 1, 3037000500, 2**31, 86_400_000]
IPS = ["10.0.0.1", "10.0.0.0/8", "10.1.2.3/24", "127.0.0.1", "224.0.0.5", "224.0.0.0/3", "::1", "ff02::1", "fe80::/10"]
IPS += ["2001:db8::/32", "2001:db8::5", "0.0.0.0/0", "::/0", "1.2.3.4/33", "010.0.0.1", "x", "::ffff:1.2.3.4"]
DECIMALS = ["0.0", "1.0", "1.0000", "-1.5", "922337203685477.5807", "-922337203685477.5808", "1", "1.00000", "0.1234"]
DATETIMES = ["2024-01-01", "1970-01-01", "1969-12-31T23:59:59.999Z", "2024-02-29T12:00:00Z", "2024-02-30", "nope"]
DATETIMES += ["2024-01-01T01:02:03.004+0530", "0000-01-01", "9999-12-31T23:59:59.999-2359", "2024-01-01T00:00:00Z"]
DURATIONS = [
    "0ms",
    "1h",
    "-1d2h3m4s5ms",
    "4h",
    "1ms",
    "-1ms",
    "9223372036854775807ms",
    "-9223372036854775808ms",
    "1h1d",
    "",
]
LITERALS = {"ip": IPS, "decimal": DECIMALS, "datetime": DATETIMES, "duration": DURATIONS}

USERS = [EntityUid("User", name) for name in ("ada", "bob", 'q"\n', "\U0001f600")]
GROUPS = [EntityUid("Group", name) for name in ("staff", "eng", "all")]
APPS = [EntityUid("N::App", name) for name in ("wiki", "pay")] + [EntityUid("Doc", "d1")]
ACTIONS = [EntityUid("Action", name) for name in ("view", "edit", "any")]
GHOSTS = [EntityUid("User", "ghost"), EntityUid("Group", "ghost")]
ENTITIES = USERS + GROUPS + APPS + ACTIONS + GHOSTS
TYPES = ["User", "Group", "N::App", "Doc", "App"]


@dataclass
class Maker:
    """Makes random parts and counts what it made."""

    random: random.Random
    made: Counter[str]

    # -- expressions

    def expression(self, kind: str, depth: int) -> Expression:
        if self.random.random() < 0.012:
            kind = self.random.choice(KINDS)
        if depth <= 0 or self.random.random() < 0.12:
            return self.leaf(kind)
        makers: list[Callable[[int], Expression]] = getattr(self, f"_{kind}s")()
        node = self.random.choice(makers)(depth - 1)
        self._count(node)
        return node

    def _count(self, node: Expression) -> None:
        match node:
            case Binary(operator, _, _):
                self.made[operator] += 1
            case Call(name, _):
                self.made[name] += 1
            case Is(_, _, group):
                self.made["is" if group is None else "is in"] += 1
            case _:
                self.made[type(node).__name__] += 1

    def leaf(self, kind: str) -> Expression:
        if self.random.random() < 0.6:
            return self.read(kind)
        return self.literal(kind)

    def read(self, kind: str) -> Expression:
        name = self.random.choice(ATTRIBUTES[kind])
        base: Expression = Var(self.random.choice(["context"] * 12 + ["principal"] * 3 + ["resource"] * 4 + ["action"]))
        if self.random.random() < 0.25:
            base = Attribute(base, self.random.choice(ATTRIBUTES["record"] + ATTRIBUTES["entity"]))
        if kind == "entity" and self.random.random() < 0.6:
            return Var(self.random.choice(["principal", "action", "resource"]))
        if kind == "record" and self.random.random() < 0.2:
            return Var("context")
        self.made["Attribute"] += 1
        return Attribute(base, name)

    def literal(self, kind: str) -> Expression:
        choice = self.random.choice
        match kind:
            case "bool":
                return Literal(choice([True, False]))
            case "long":
                return Literal(choice(LONGS))
            case "string":
                return Literal(choice(STRINGS))
            case "entity":
                return Literal(choice(ENTITIES))
            case "set":
                inner = choice(KINDS)
                return SetOf(tuple(self.leaf(inner) for _ in range(self.random.randrange(4))))
            case "record":
                names = self.random.sample(["b1", "n1", "s1", "r1", "n2"], self.random.randrange(3))
                return RecordOf(tuple((name, self.leaf(choice(KINDS))) for name in sorted(names)))
        self.made[kind] += 1
        return Call(kind, (Literal(choice(LITERALS[kind])),))

    def _bools(self) -> list[Callable[[int], Expression]]:
        make, choice = self.expression, self.random.choice

        def ordered(depth: int) -> Expression:
            kind = choice(["long", "long", "datetime", "duration"])
            return Binary(choice(["<", "<=", ">", ">="]), make(kind, depth), make(kind, depth))

        def equal(depth: int) -> Expression:
            kind = choice(KINDS)
            return Binary(choice(["==", "!="]), make(kind, depth), make(kind, depth))

        def method(depth: int) -> Expression:
            name = choice(["isIpv4", "isIpv6", "isLoopback", "isMulticast", "isInRange", "isInRange"])
            return Call(name, tuple(make("ip", depth) for _ in range(tree.METHODS[name])))

        def decimals(depth: int) -> Expression:
            name = choice(["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"])
            return Call(name, (make("decimal", depth), make("decimal", depth)))

        def is_type(depth: int) -> Expression:
            group = None if self.random.random() < 0.5 else self._target(depth)
            return Is(make("entity", depth), choice(TYPES), group)

        def contains(depth: int) -> Expression:
            return Binary("contains", make("set", depth), make(choice(KINDS), depth))

        def sets(depth: int) -> Expression:
            return Binary(choice(["containsAll", "containsAny"]), make("set", depth), make("set", depth))

        def has(depth: int) -> Expression:
            names = ATTRIBUTES[choice(KINDS)]
            return Has(make(choice(["record", "entity"]), depth), choice(names))

        def chain(depth: int) -> Expression:
            kind = choice([And, Or])
            return kind(tuple(_unlike(kind, make("bool", depth)) for _ in range(self.random.randint(2, 4))))

        return [
            *[ordered, equal, method, decimals, is_type, contains, sets, has, has] + [chain] * 4,
            lambda depth: Not(make("bool", depth)),
            lambda depth: Binary("in", make("entity", depth), self._target(depth)),
            lambda depth: Like(make("string", depth), self.pattern()),
            lambda depth: IsEmpty(make("set", depth)),
            lambda depth: Binary("hasTag", make("entity", depth), self._tag_name(depth)),
            lambda depth: Binary("getTag", make("entity", depth), self._tag_name(depth)),
            lambda depth: If(make("bool", depth), make("bool", depth), make("bool", depth)),
        ]

    def _tag_name(self, depth: int) -> Expression:
        return Literal(self.random.choice(["k1", "k2", "\u00e9"])) if depth else self.expression("string", depth)

    def _target(self, depth: int) -> Expression:
        if self.random.random() < 0.5:
            return Literal(self.random.choice(GROUPS + ENTITIES))
        if self.random.random() < 0.6:
            return SetOf(tuple(self.expression("entity", depth - 1) for _ in range(self.random.randrange(4))))
        return self.expression(self.random.choice(["entity", "set"]), depth)

    def _longs(self) -> list[Callable[[int], Expression]]:
        make, choice = self.expression, self.random.choice

        def arithmetic(depth: int) -> Expression:
            return Binary(choice("+-*"), make("long", depth), make("long", depth))

        def quantity(depth: int) -> Expression:
            name = choice(["toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays"])
            return Call(name, (make("duration", depth),))

        return [
            *[arithmetic, arithmetic, quantity],
            lambda depth: Negate(make("long", depth)),
            lambda depth: If(make("bool", depth), make("long", depth), make("long", depth)),
        ]

    def _strings(self) -> list[Callable[[int], Expression]]:
        make = self.expression
        return [
            lambda _: self.leaf("string"),
            lambda depth: If(make("bool", depth), make("string", depth), make("string", depth)),
            lambda depth: Binary("getTag", make("entity", depth), self._tag_name(depth)),
        ]

    def _entitys(self) -> list[Callable[[int], Expression]]:
        make = self.expression
        return [
            lambda _: self.leaf("entity"),
            lambda _: self.leaf("entity"),
            lambda depth: Attribute(make("entity", depth), self.random.choice(ATTRIBUTES["entity"])),
            lambda depth: If(make("bool", depth), make("entity", depth), make("entity", depth)),
        ]

    def _sets(self) -> list[Callable[[int], Expression]]:
        def literal(depth: int) -> Expression:
            kind = self.random.choice(KINDS)
            return SetOf(tuple(self.expression(kind, depth) for _ in range(self.random.randrange(5))))

        return [literal, literal, lambda _: self.leaf("set")]

    def _records(self) -> list[Callable[[int], Expression]]:
        def literal(depth: int) -> Expression:
            names = sorted(self.random.sample(["b1", "n1", "s1", "r1", 'k "'], self.random.randrange(4)))
            return RecordOf(tuple((name, self.expression(self.random.choice(KINDS), depth)) for name in names))

        return [literal, lambda _: self.leaf("record"), lambda depth: Attribute(self.expression("record", depth), "r1")]

    def _datetimes(self) -> list[Callable[[int], Expression]]:
        make = self.expression
        return [
            lambda _: self.leaf("datetime"),
            lambda depth: Call("offset", (make("datetime", depth), make("duration", depth))),
            lambda depth: Call("toDate", (make("datetime", depth),)),
            lambda depth: If(make("bool", depth), make("datetime", depth), make("datetime", depth)),
        ]

    def _durations(self) -> list[Callable[[int], Expression]]:
        make = self.expression
        return [
            lambda _: self.leaf("duration"),
            lambda depth: Call("durationSince", (make("datetime", depth), make("datetime", depth))),
            lambda depth: Call("toTime", (make("datetime", depth),)),
        ]

    def _decimals(self) -> list[Callable[[int], Expression]]:
        return [lambda _: self.leaf("decimal"), lambda depth: Call("decimal", (self.expression("string", depth),))]

    def _ips(self) -> list[Callable[[int], Expression]]:
        return [lambda _: self.leaf("ip"), lambda depth: Call("ip", (self.expression("string", depth),))]

    def pattern(self) -> tuple[str | None, ...]:
        parts: list[str | None] = []
        for _ in range(self.random.randrange(5)):
            part = self.random.choice([None, *[text for text in STRINGS if text]])
            if part is None and (not parts or parts[-1] is not None):
                parts.append(None)
            elif part is not None and parts and parts[-1] is not None:
                parts[-1] += part
            elif part is not None:
                parts.append(part)
        return tuple(parts)

    # -- policies

    def policies(self, count: int) -> PolicySet:
        return PolicySet(tuple(self.policy(f"policy{number}") for number in range(count)))

    def policy(self, name: str) -> Policy:
        choice, chance = self.random.choice, self.random.random
        effect: Effect = "forbid" if chance() < 0.3 else "permit"
        conditions = tuple(
            Condition(choice(["when", "when", "unless"]), self.expression("bool", self.random.randint(1, 4)))
            for _ in range(choice([0, 1, 1, 1, 2, 3]))
        )
        annotations = {"id": choice(STRINGS), "title": "t"} if chance() < 0.3 else {}
        principal, resource = self.scope(USERS + GROUPS), self.scope(APPS)
        return Policy(name, effect, principal, self._action_scope(), resource, conditions, annotations)

    def scope(self, likely: list[EntityUid]) -> Scope:
        choice, chance = self.random.choice, self.random.random()
        uid = choice(likely * 3 + ENTITIES)
        if chance < 0.5:
            return Scope()
        if chance < 0.65:
            return Scope(entities=(uid,), equal=True)
        if chance < 0.8:
            return Scope(entities=(uid,))
        return Scope(type=choice(TYPES), entities=None if chance < 0.9 else (uid,))

    def _action_scope(self) -> Scope:
        choice, chance = self.random.choice, self.random.random()
        if chance < 0.5:
            return Scope()
        if chance < 0.8:
            return Scope(entities=(choice(ACTIONS),), equal=chance < 0.65)
        return Scope(entities=tuple(self.random.sample(ACTIONS, self.random.randint(1, 3))))

    # -- entities and requests, as JSON

    def entities(self) -> list[dict[str, Any]]:
        above = {"User": GROUPS, "N::App": APPS[2:], "Group": [], "Doc": GROUPS[:1], "Action": ACTIONS[2:]}
        found = []
        for uid in USERS + APPS + GROUPS + ACTIONS:
            if self.random.random() < 0.1:
                continue
            later = above[uid.type]
            if uid.type == "Group":
                later = GROUPS[GROUPS.index(uid) + 1 :]
            if uid in later:
                later = []
            parents = self.random.sample(later, self.random.randint(0, len(later)))
            is_action = uid.type == "Action"
            described: dict[str, Any] = {
                "uid": _uid(uid),
                "attrs": {} if is_action else self.record(2),
                "parents": [_uid(parent) for parent in parents],
            }
            if not is_action and self.random.random() < 0.6:
                described["tags"] = {name: self.json("string", 1) for name in ("k1", "\u00e9")}
            found.append(described)
        return found

    def record(self, depth: int) -> dict[str, Any]:
        return {
            name: self.json(kind, depth - 1)
            for kind, names in ATTRIBUTES.items()
            for name in names
            if self.random.random() < 0.94
        }

    def json(self, kind: str, depth: int) -> Any:
        choice = self.random.choice
        if self.random.random() < 0.02:
            kind = choice(KINDS)
        match kind:
            case "bool":
                return choice([True, False])
            case "long":
                return choice(LONGS)
            case "string":
                return choice(STRINGS)
            case "entity":
                return {"__entity": _uid(choice(ENTITIES))}
            case "set":
                inner = choice(
                    ["long", "string", "bool", "entity", "set", "ip", "decimal"] if depth else ["long", "bool"]
                )
                return [self.json(inner, depth - 1) for _ in range(self.random.randrange(4))]
            case "record":
                return self.record(depth - 1) if depth > 0 else {"n1": choice(LONGS)}
        return {"__extn": {"fn": kind, "arg": choice(LITERALS[kind][:6] if kind != "datetime" else DATETIMES[:4])}}

    def request(self) -> tuple[EntityUid, EntityUid, EntityUid, dict[str, Any]]:
        who = self.random.choice(USERS * 4 + GHOSTS + GROUPS)
        return who, self.random.choice(ACTIONS), self.random.choice(APPS * 4 + USERS[:1]), self.record(3)


def _unlike(kind: type[And | Or], node: Expression) -> Expression:
    """A chain directly inside a chain of its own kind would be the same chain."""
    return Not(Not(node)) if isinstance(node, kind) else node


def _uid(uid: EntityUid) -> dict[str, str]:
    return {"type": uid.type, "id": uid.id}
