"""Random entities and contexts that fit a schema, or nearly."""

from __future__ import annotations

import random
from typing import Any

from tests.laws.cedar_cases import (
    ACTIONS,
    APPS,
    DATETIMES,
    DECIMALS,
    DURATIONS,
    GROUPS,
    IPS,
    LONGS,
    STRINGS,
    USERS,
    Maker,
)

from limen.cedar.schema import EntityOf, Primitive, RecordType, Schema, SetType, Type
from limen.cedar.values import EntityUid

SCHEMA = """
type Rec = { b1: Bool, n1?: Long, s1?: String, t1?: datetime, e1?: User, r1?: { n1?: Long, e1?: User, i1?: ipaddr } };
entity User in [Group] = {
  b1?: Bool, n1: Long, n2?: __cedar::Long, s1?: String, "s \\"\\u{e9}\\n"?: String, e1?: User, e2?: Doc,
  x1?: Set<Long>, x2?: Set<ipaddr>, r1?: Rec, r2?: {}, t1?: datetime, d1?: duration, f1?: decimal, i1?: ipaddr,
} tags String;
entity Group in [Group] { b1?: Bool, n1?: Long };
entity Doc enum ["d1", "d2"];
namespace N {
  type Own = { n1: Long };
  @doc("an app")
  entity App in [Doc, Group] = { r1?: Own, "if"?: Long, x1?: Set<Set<String>>, i1?: ipaddr, b1?: Bool, t1?: datetime };
}
action any;
action view in [any] appliesTo {
  principal: [User, Group], resource: [N::App, Doc],
  context: { b1: Bool, n1?: Long, s1?: String, e1?: User, x1?: Set<String>, x2?: Set<decimal>, r1?: Rec, t1?: datetime,
             t2?: datetime, d1?: duration, f1?: decimal, i1?: ipaddr, "if"?: { n1?: Long } },
};
action edit in [view, Action::"any"] appliesTo { principal: User, resource: [N::App], context: Rec };
"""

_TEXTS = {"ipaddr": ("ip", IPS), "decimal": ("decimal", DECIMALS), "datetime": ("datetime", DATETIMES)}
_TEXTS["duration"] = ("duration", DURATIONS)


class Fitting:
    """Makes data by type; a little of it is wrong."""

    def __init__(self, seed: random.Random, schema: Schema, wrong: float) -> None:
        self.random, self.schema, self.wrong = seed, schema, wrong

    def value(self, kind: Type) -> Any:
        choice, chance = self.random.choice, self.random.random
        if chance() < self.wrong:
            return choice([1, "x", True, [], {}, None, {"__entity": {"type": "User", "id": "ada"}}, 1.5])
        match kind:
            case SetType(element):
                return [self.value(element) for _ in range(self.random.randrange(4))]
            case RecordType():
                return self.record(kind)
            case EntityOf(type_):
                uid = {"type": type_, "id": choice(["d1", "d2"]) if type_ == "Doc" else choice(["ada", "bob", "ghost"])}
                return choice([{"__entity": uid}, uid])
            case Primitive("Bool"):
                return choice([True, False])
            case Primitive("Long"):
                return choice(LONGS)
            case Primitive("String"):
                return choice(STRINGS)
            case Primitive(name):
                function, texts = _TEXTS[name]
                text = choice(texts) if chance() < self.wrong else choice(texts[:4])
                return choice([{"__extn": {"fn": function, "arg": text}}, {"fn": function, "arg": text}, text])
        raise AssertionError(kind)

    def record(self, kind: RecordType) -> dict[str, Any]:
        found = {
            name: self.value(inner)
            for name, inner in kind.fields.items()
            if self.random.random() < (1 - self.wrong if name in kind.required else 0.75)
        }
        return found | ({"surplus": 1} if self.random.random() < self.wrong / 4 else {})

    def entities(self) -> list[dict[str, Any]]:
        found = []
        for uid in USERS + APPS + GROUPS:
            kind = self.schema.entity_types[uid.type]
            if self.random.random() < 0.15:
                continue
            likely = [group for group in [*GROUPS, APPS[2]] if group.type in kind.above and uid not in GROUPS]
            parents = [parent for parent in likely if self.random.random() < 0.4]
            described = {
                "uid": {"type": uid.type, "id": uid.id},
                "attrs": self.record(kind.attrs),
                "parents": [{"type": parent.type, "id": parent.id} for parent in parents],
            }
            if kind.tags is not None and self.random.random() < 0.5:
                described["tags"] = {"k1": self.value(kind.tags)}
            found.append(described)
        return found

    def request(self, maker: Maker) -> tuple[EntityUid, EntityUid, EntityUid, dict[str, Any]]:
        if self.random.random() < 0.1:
            who, what, which, context = maker.request()
            return who, what, which, context
        what = self.random.choice([ACTIONS[0], ACTIONS[0], ACTIONS[1]])
        applies = self.schema.actions[what]
        who = self.random.choice([uid for uid in USERS + GROUPS if uid.type in applies.principals])
        which = self.random.choice([uid for uid in APPS if uid.type in applies.resources])
        return who, what, which, self.record(applies.context)
