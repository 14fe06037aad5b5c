"""Compiled Cedar is Cedar: on random policies, entities and requests both give the same answer."""

from __future__ import annotations

import json
import random
import re
from collections import Counter

import cedarpy
import pytest

from limen.cedar import Entities, PolicySet, compile_policies, tree
from limen.cedar.authorize import authorize
from limen.cedar.text import policies_text
from tests.laws.cedar_cases import Maker

SETS, POLICIES, REQUESTS = 1_600, 8, 14
_BLAMED = re.compile(r"policy `(policy\d+)`")


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
    blamed = {_BLAMED.search(message)[1] for message in answer.diagnostics.errors if _BLAMED.search(message)}
    return answer.decision.name, set(answer.diagnostics.reasons), blamed


def test_the_compiled_policies_answer_as_cedar_does():
    made: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for seed in range(SETS):
        maker = Maker(random.Random(seed), made)
        written = maker.policies(POLICIES)
        text = policies_text(written)
        policies = PolicySet.parse(text)
        assert policies == written, text
        described = maker.entities()
        theirs, ours = cedarpy.Entities.from_json_str(json.dumps(described)), Entities.from_json(described)
        oracle = cedarpy.PolicySet.from_str(text)
        for _ in range(REQUESTS):
            request = maker.request()
            decision, reasons, blamed = ask_cedarpy(oracle, theirs, request)
            answer = authorize(policies, *request, ours)
            case = (seed, request, text)
            assert not answer.refusal, case
            assert answer.allowed is (decision == "Allow"), case
            assert set(answer.determining) == reasons, case
            assert set(answer.errors) == blamed, case
            outcomes["triples"] += 1
            outcomes[decision] += 1
            outcomes["with errors"] += bool(blamed)
            outcomes["decided by more than one"] += len(reasons) > 1
    print(dict(outcomes), dict(made))
    assert outcomes["triples"] >= 20_000
