"""Policies written so that a worse fact opens what a better one does not, past a proof that looks at too few worlds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.policy.scene import BERLIN, app, facts, tree_of

from limen.cedar import PolicySet
from limen.clock import Instant, from_iso
from limen.facts import NOWHERE, UNKNOWN_DEVICE, Auth, Device, Factor, Facts, Place
from limen.policy import Effect, Engine, Request
from limen.policy.proof.monotone import prove
from limen.policy.proof.order import are_no_better

WEDNESDAY = from_iso("2026-11-25T10:50:00Z")
RUSSIA = Place("192.0.2.1", known=True, country="RU", anonymiser=False)
GUESTS = Place("192.0.2.1", network="guest-wifi")
PHONE = Device("d1", known=True, compliance="compliant", managed=True, binding=4, platform="ios", seen_at=1)
STEP = (1 << 56) - 1


def overflow() -> str:
    """Offsets that each are small, and together take an instant after WEDNESDAY beyond what can be counted."""
    left, offsets = (1 << 63) - 1 - WEDNESDAY, []
    while left > 0:
        offsets.append(f'.offset(duration("{min(left, STEP)}ms"))')
        left -= STEP
    return f'context.auth.at{"".join(offsets)} >= datetime("1970-01-01")'


def proved(at: Instant) -> Auth:
    return Auth(3, frozenset({Factor.PASSKEY}), at)


WIDER: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "a date and a weekday": (
        'context.now < datetime("2100-01-01") && context.time.weekday == 3 && context.place.country != "RU"',
        {"place": NOWHERE},
        {"place": RUSSIA},
    ),
    "a platform that all examples match": (
        'context.device.platform == "" || context.device.platform like "*a*"',
        {"device": UNKNOWN_DEVICE},
        {"device": PHONE},
    ),
    "a country that all examples match": (
        'context.place.country == "" || context.place.country like "*Z*"',
        {"place": NOWHERE},
        {"place": RUSSIA},
    ),
    "a network that all examples match": (
        'context.place.network == "" || context.place.network like "*-network"',
        {"place": NOWHERE},
        {"place": GUESTS},
    ),
    "a route that all examples match": (
        '!(context.request.route like "*o*") && context.request.route != "" && context.place.country != "RU"',
        {"place": NOWHERE},
        {"place": RUSSIA},
    ),
    "a name inside of an if": (
        (
            '["", "DE", if context.place.country == "RU" then "x" else context.place.country]'
            ".contains(context.place.country)"
        ),
        {"place": NOWHERE},
        {"place": RUSSIA},
    ),
    "an overflow by many offsets": (
        overflow(),
        {"auth": proved(WEDNESDAY - 5_000)},
        {"auth": proved(WEDNESDAY + 5_000)},
    ),
    "a binding above the usual": ("context.device.binding * 1 < 4", {"device": UNKNOWN_DEVICE}, {"device": PHONE}),
}


@pytest.mark.parametrize("way", WIDER)
def test_a_policy_that_a_worse_fact_passes_is_refused(way: str) -> None:
    condition, worse, better = WIDER[way]
    text = f'@id("p") permit (principal, action, resource) when {{ {condition} }};'
    one, other = (replace(facts(at=WEDNESDAY), app=app(), **known) for known in (worse, better))
    assert are_no_better(one, other)
    assert (effect(text, one), effect(text, other)) == (Effect.PERMIT, Effect.DENY)
    assert [found.policy for found in prove(PolicySet.from_json(tree_of(text))).findings] == ["p"]


def effect(text: str, known: Facts) -> Effect:
    return Engine(tree_of(text), "r1", BERLIN).decide(Request("view", "GET", "GET /x"), known, WEDNESDAY).effect


@pytest.mark.parametrize(
    "asks",
    [
        "principal is Workload",
        'principal == Workload::"builder"',
        'principal is Workload in Group::"bots"',
        "resource is Document",
        'resource == Document::"plan"',
        "resource is Host",
    ],
)
def test_who_and_what_only_a_condition_speaks_of_is_looked_at(asks: str) -> None:
    text = f'@id("p") permit (principal, action, resource) when {{ {asks} && context.place.country != "RU" }};'
    assert [found.policy for found in prove(PolicySet.from_json(tree_of(text))).findings] == ["p"]
