"""Compiled Cedar is Cedar: on random policies, entities and requests both give the same answer."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import replace
from functools import cache

import cedarpy
import pytest
from tests.dial import floor, size
from tests.laws.cedar_cases import LITERALS, STRINGS, Maker
from tests.laws.cedar_schema_cases import SCHEMA, Fitting

from limen.cedar import DataError, Entities, Entity, PolicySet, Schema, compile_policies, trace_policy
from limen.cedar.authorize import authorize
from limen.cedar.data import read_record
from limen.cedar.interpret import Request
from limen.cedar.literals import CONSTRUCTORS
from limen.cedar.operators import BINARY, METHODS
from limen.cedar.policies import Condition
from limen.cedar.text import policies_text
from limen.cedar.tree import Call, Expression, Literal, descend, rebuilt

PLAIN_SETS, SCHEMA_SETS, POLICIES, REQUESTS = size(1_100), size(500), 8, 14
_BLAMED = re.compile(r"while evaluating policy `(policy\d+)`")


def ask_cedarpy(policies, entities, request, schema=None):
    who, what, which, context = request
    answer = cedarpy.is_authorized(
        {
            "principal": {"type": who.type, "id": who.id},
            "action": {"type": what.type, "id": what.id},
            "resource": {"type": which.type, "id": which.id},
            "context": context,
        },
        policies,
        entities,
        schema,
    )
    blamed = {match[1] for message in answer.diagnostics.errors if (match := _BLAMED.search(message))}
    return answer.decision.name, set(answer.diagnostics.reasons), blamed


def compare(case, policies, ours, oracle, theirs, request, schema=(None, None)):
    """Asks both, asserts that they agree, and says what the answer was."""
    decision, reasons, blamed = ask_cedarpy(oracle, theirs, request, schema[1])
    answer = authorize(policies, *request, ours, schema[0])
    assert answer.allowed is (decision == "Allow"), case
    assert bool(answer.refusal) is (decision == "NoDecision"), (case, answer.refusal)
    if not answer.refusal:
        assert set(answer.determining) == reasons, case
        assert set(answer.errors) == blamed, case
    return Counter(
        {"triples": 1, decision: 1, "with errors": bool(blamed), "without errors": not blamed, "many": len(reasons) > 1}
    )


def test_the_compiled_policies_answer_as_cedar_does():
    made: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for seed in range(PLAIN_SETS):
        maker = Maker(random.Random(seed), made)
        written = maker.policies(POLICIES)
        text = policies_text(written)
        policies, oracle = PolicySet.parse(text), cedarpy.PolicySet.from_str(text)
        assert policies == written, f"reading the written text gives another tree: {text}"
        described = maker.entities()
        theirs, ours = cedarpy.Entities.from_json_str(json.dumps(described)), Entities.from_json(described)
        for _ in range(REQUESTS):
            request = maker.request()
            seen += compare((seed, request, text), policies, ours, oracle, theirs, request)
    for seed in range(SCHEMA_SETS):
        seen += one_set_with_schema(seed, made)
    print(dict(seen), dict(made))
    assert seen["triples"] >= floor(20_000)
    for outcome, least in (("Allow", 0.2), ("Deny", 0.2), ("with errors", 0.2), ("without errors", 0.2)):
        assert seen[outcome] >= least * seen["triples"], (outcome, seen)
    assert seen["NoDecision"] >= floor(300)
    assert seen["many"] >= floor(1_000)
    structures = {"And", "Or", "Not", "Negate", "If", "Has", "Like", "is", "is in", "in", "hasTag", "getTag", "IsEmpty"}
    expected = {*BINARY, *METHODS, *CONSTRUCTORS, *structures, "Attribute", "SetOf", "RecordOf"}
    assert expected <= {name for name, count in made.items() if count >= floor(50)}


@cache
def parsed_schema() -> tuple[Schema, cedarpy.Schema]:
    return Schema.parse(SCHEMA), cedarpy.Schema.from_str(SCHEMA)


def one_set_with_schema(seed: int, made: Counter[str]) -> Counter[str]:
    both = parsed_schema()
    maker = Maker(random.Random(seed), made)
    fitting = Fitting(maker.random, both[0], wrong=0.004)
    text = policies_text(maker.policies(POLICIES))
    policies, oracle = PolicySet.parse(text), cedarpy.PolicySet.from_str(text)
    theirs = ours = None
    while ours is None or theirs is None:
        described = fitting.entities()
        try:
            theirs = cedarpy.Entities.from_json_str(json.dumps(described), both[1])
        except ValueError:
            theirs = None
        try:
            ours = Entities.from_json(described, both[0])
        except DataError:
            ours = None
        assert (ours is None) is (theirs is None), described
    seen: Counter[str] = Counter()
    for _ in range(REQUESTS):
        request = fitting.request(maker)
        seen += compare((seed, request, text), policies, ours, oracle, theirs, request, both)
    return seen


def test_the_explanation_never_disagrees_with_the_answer():
    outcomes: Counter[str] = Counter()
    for seed in range(5_000, 5_000 + size(250)):
        maker = Maker(random.Random(seed), Counter())
        policies = maker.policies(POLICIES)
        entities = Entities.from_json(maker.entities())
        compiled = compile_policies(policies)
        for _ in range(8):
            who, what, which, context = maker.request()
            named = [entities.get(uid) or Entity(uid) for uid in (who, what, which)]
            record = read_record(context, "context")
            found = compiled.evaluate(*named, record, entities)
            errors = dict(found.errors)
            for policy in policies:
                told = trace_policy(policy, Request(*named, record, entities))
                held = policy.id in found.permits + found.forbids
                assert told.outcome == ("error" if policy.id in errors else "held" if held else "failed")
                assert told.message == errors.get(policy.id, "")
                outcomes[told.outcome] += 1
    assert min(outcomes["held"], outcomes["failed"], outcomes["error"]) >= floor(1_000)


def test_adding_a_forbid_never_widens_access_and_nothing_allows_by_default():
    narrowed = 0
    for seed in range(9_000, 9_000 + size(300)):
        maker = Maker(random.Random(seed), Counter())
        policies = maker.policies(5)
        entities = Entities.from_json(maker.entities())
        forbid = replace(maker.policy("policy5"), effect="forbid")
        stricter = PolicySet((*policies.policies, forbid))
        for _ in range(6):
            request = maker.request()
            before, after = authorize(policies, *request, entities), authorize(stricter, *request, entities)
            assert before.allowed or not after.allowed
            assert not authorize(PolicySet(()), *request, entities).allowed
            narrowed += before.allowed and not after.allowed
    assert narrowed >= floor(10)


def with_other_numbers_of_arguments(node: Expression, rng: random.Random) -> Expression:
    """The expression, with arguments added to some calls of extension functions, and taken from others."""
    changed = rebuilt(node, lambda inner: with_other_numbers_of_arguments(inner, rng))
    if not isinstance(changed, Call) or rng.random() < 0.5:
        return changed
    least = 1 if changed.name in METHODS else 0
    count = rng.randint(least, len(changed.arguments) + 2)
    more = (changed.arguments * 3 or (Literal(1),))[:count]
    return Call(changed.name, more)


def test_a_wrong_number_of_arguments_is_an_error_of_that_policy_alone_as_in_cedar():
    seen: Counter[str] = Counter()
    misfits: Counter[str] = Counter()
    for seed in range(20_000, 20_000 + size(400)):
        maker = Maker(random.Random(seed), Counter())
        changed = [
            replace(
                policy,
                conditions=tuple(
                    Condition(each.kind, with_other_numbers_of_arguments(each.body, maker.random))
                    for each in policy.conditions
                ),
            )
            for policy in maker.policies(4)
        ]
        written = PolicySet(tuple(changed))
        misfits.update(
            node.name
            for policy in written
            for each in policy.conditions
            for node in descend(each.body)
            if isinstance(node, Call) and node.misfit
        )
        text = policies_text(written)
        policies, oracle = PolicySet.parse(text), cedarpy.PolicySet.from_str(text)
        assert policies == written, text
        described = maker.entities()
        theirs, ours = cedarpy.Entities.from_json_str(json.dumps(described)), Entities.from_json(described)
        for _ in range(6):
            seen += compare((seed, text), policies, ours, oracle, theirs, maker.request())
    assert len(misfits) >= len(CONSTRUCTORS)
    assert min(seen["with errors"], seen["without errors"]) >= floor(300)


@pytest.mark.parametrize("name", [*METHODS, *CONSTRUCTORS])
def test_each_extension_function_counts_its_arguments_as_cedar_does(name):
    fitting = {"ip": 'ip("10.0.0.1")', "decimal": 'decimal("1.0")', "duration": 'duration("1h")'}
    fitting |= {"datetime": 'datetime("2024-01-01")', "string": '"1h"', "missing": "context.missing"}
    rng = random.Random(name)
    calls = []
    for count in (0, 1, 2, 3):
        for _ in range(12):
            inside = ", ".join(rng.choice([*fitting.values()]) for _ in range(count))
            receiver = rng.choice([*fitting.values()])
            calls.append(f"{receiver}.{name}({inside})" if name in METHODS else f"{name}({inside})")
    nobody = cedarpy.Entities.from_json_str("[]")
    request = (*Maker(random.Random(1), Counter()).request()[:3], {})
    for test in calls:
        for wrapped in (f"{test} == 1", f"false && {test} == 1", f"if {test} == {test} then true else false"):
            text = f"permit (principal, action, resource) when {{ {wrapped} }}; permit (principal, action, resource);"
            compare(text, PolicySet.parse(text), Entities(), cedarpy.PolicySet.from_str(text), nobody, request)


ALPHABETS = {
    "ip": "0123456789abcdef:./",
    "decimal": "0123456789.-",
    "datetime": "0123456789-T:.Z+",
    "duration": "09dhms-",
}


def literal_texts(kind: str, count: int) -> list[str]:
    """Valid texts, texts with something changed, and noise."""
    rng = random.Random(kind)
    shape = {"ip": address_text, "decimal": decimal_text, "datetime": datetime_text, "duration": duration_text}[kind]
    texts = list(LITERALS[kind])
    while len(texts) < count:
        text = shape(rng)
        if rng.random() < 0.3 and text:
            at = rng.randrange(len(text))
            surprise = rng.choice([rng.choice(ALPHABETS[kind]), "", "\u0663", " ", "\n"])
            text = text[:at] + surprise + text[at + rng.randint(0, 1) :]
        texts.append(text)
    return texts


def address_text(rng: random.Random) -> str:
    four = ".".join(str(rng.randrange(300)) for _ in range(4)) + rng.choice(["", f"/{rng.randrange(40)}"])
    full = ":".join(f"{rng.randrange(70_000):x}" for _ in range(rng.randint(6, 9)))
    halves = [":".join(f"{rng.randrange(65_536):X}" for _ in range(rng.randrange(5))) for _ in range(2)]
    return rng.choice([four, full, "::".join(halves) + rng.choice(["", f"/{rng.randrange(140)}"])])


def decimal_text(rng: random.Random) -> str:
    whole, fraction = rng.randrange(10 ** rng.randint(1, 18)), rng.randrange(10 ** rng.randint(1, 5))
    return f"{rng.choice(['', '-', '+'])}{whole}.{'0' * rng.randrange(3)}{fraction}"


def datetime_text(rng: random.Random) -> str:
    date = f"{rng.randrange(10_000):04}-{rng.randrange(14):02}-{rng.randrange(33):02}"
    time = f"T{rng.randrange(25):02}:{rng.randrange(61):02}:{rng.randrange(61):02}{rng.choice(['', '.123', '.9'])}"
    offset = rng.choice(["Z", "", f"+{rng.randrange(26):02}{rng.randrange(62):02}", "-0130"])
    return date + rng.choice(["", time + offset])


def duration_text(rng: random.Random) -> str:
    units = [unit for unit in ("d", "h", "m", "s", "ms") if rng.random() < 0.5]
    return rng.choice(["", "-"]) + "".join(f"{rng.randrange(10 ** rng.randint(1, 16))}{unit}" for unit in units)


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("ip", ["10.0.0.0/8", "2000::/3"]),
        ("decimal", ["0.5", "1000.0"]),
        ("datetime", ["2024-01-01", "0500-06-01T00:00:00Z"]),
        ("duration", ["1h", "-1d"]),
    ],
)
def test_extension_literals_are_read_as_cedar_reads_them(kind, known):
    """Accepted or refused alike; and what is read compares alike with known values and with its written form."""
    compares = {"ip": "{}.isInRange({})", "decimal": "{}.lessThan({})"}.get(kind, "{} < {}")
    tests = [compares.format(f"{kind}(context.v)", f'{kind}("{text}")') for text in known]
    text = "\n".join(f"permit (principal, action, resource) when {{ {test} || true }};" for test in tests[:1])
    text += "\n".join(f"permit (principal, action, resource) when {{ {test} }};" for test in tests)
    if kind == "ip":
        text += "".join(
            f"permit (principal, action, resource) when {{ ip(context.v).{name}() }};"
            for name in ("isIpv4", "isIpv6", "isLoopback", "isMulticast")
        )
    policies, oracle, nobody = (
        PolicySet.parse(text),
        cedarpy.PolicySet.from_str(text),
        cedarpy.Entities.from_json_str("[]"),
    )
    request = Maker(random.Random(1), Counter()).request()[:3]
    seen = Counter()
    for literal in literal_texts(kind, size(2_500)):
        case = (*request, {"v": literal})
        seen += compare(literal, policies, Entities(), oracle, nobody, case)
    assert seen["Allow"] >= floor(500)
    assert seen["with errors"] >= floor(500)


def test_patterns_match_as_in_cedar():
    rng = random.Random(3)
    pieces = ["", "a", "b", "ab", "*", "\\", '"', "\u00e9", "\U0001f600", "\x00", "\n"]
    matched = 0
    for _ in range(size(150)):
        maker = Maker(rng, Counter())
        policies = PolicySet(tuple(pattern_policy(maker, number) for number in range(12)))
        text = policies_text(policies)
        oracle, nobody = cedarpy.PolicySet.from_str(text), cedarpy.Entities.from_json_str("[]")
        for _ in range(10):
            value = "".join(rng.choice(pieces + STRINGS) for _ in range(rng.randrange(7)))
            case = (*maker.request()[:3], {"v": value})
            matched += compare((value, text), PolicySet.parse(text), Entities(), oracle, nobody, case)["Allow"]
    assert matched >= floor(300)


def pattern_policy(maker: Maker, number: int):
    from limen.cedar.policies import Policy, Scope
    from limen.cedar.tree import Attribute, Like, Var

    like = Like(Attribute(Var("context"), "v"), maker.pattern())
    return Policy(f"policy{number}", "permit", Scope(), Scope(), Scope(), (Condition("when", like),))
