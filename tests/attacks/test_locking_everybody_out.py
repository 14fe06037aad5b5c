"""Revisions that lock every administrator out, past a proof that asks what nobody asks, or from where nobody is."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from tests.policy.scene import BERLIN, NOW, app, tree_of

from limen.clock import SECOND, to_iso
from limen.facts import Factor, Label, Person
from limen.policy import Engine
from limen.policy.proof.lockout import CONSOLE, Attainable, Candidate, LockedOut, Proof, prove
from limen.web.build import declared

LIMEN = app(Label.RESTRICTED, "limen")
ADA = Candidate(
    Person("ada", groups=frozenset({"administrators"}), active=True),
    frozenset({Factor.PASSKEY, Factor.PASSWORD, Factor.CODE}),
)
BASE = """@id("sign-in") permit (principal, action == Action::"sign_in", resource) when { principal.active };
@id("run") permit (principal in Group::"administrators", action == Action::"administer", resource)
when { context.auth.strength >= 3 && context.now.durationSince(context.auth.at) <= duration("1h") };
"""
NETWORKS = (
    ("a", ip_network("203.0.113.0/25")),
    ("b", ip_network("203.0.113.128/25")),
    ("twice", ip_network("203.0.113.128/25")),
    ("all", ip_network("203.0.113.0/24")),
    ("office", ip_network("10.0.0.0/8")),
)


def tried(condition: str, action: str = "administer") -> Proof | LockedOut:
    text = f'{BASE}@id("bad") forbid (principal, action == Action::"{action}", resource) {condition};'
    return prove(Engine(tree_of(text), "r1", BERLIN), LIMEN, (ADA,), NOW, Attainable.today(NETWORKS))


@pytest.mark.parametrize(
    ("condition", "action"),
    [
        ('when { context.request.route like "/console*" }', "administer"),
        ('when { context.request.method == "POST" }', "administer"),
        ('when { context.request.route like "*/revert" }', "administer"),
        ('unless { context.request.method == "" }', "administer"),
        ("when { context.place has address }", "administer"),
        ("when { context.place has address }", "sign_in"),
        ('unless { context.auth.factors.containsAll(["passkey", "code"]) }', "sign_in"),
        ('unless { context.auth.factors.containsAll(["passkey", "password"]) }', "sign_in"),
        ('unless { context.now == datetime("2026-11-27T03:00:00Z") }', "administer"),
        (f'when {{ context.now > datetime("{to_iso(NOW + 30 * SECOND)}") }}', "administer"),
        (f'when {{ context.now > datetime("{to_iso(NOW)}") }}', "sign_in"),
        ("unless { context.time.minute == 600 }", "administer"),
        ('unless { context.place.network == "all" }', "administer"),
        ('unless { context.place.network == "twice" }', "administer"),
    ],
)
def test_what_locks_everybody_out_is_refused(condition: str, action: str) -> None:
    found = tried(condition, action)
    assert isinstance(found, LockedOut)
    assert "bad" in {one.policy for one in found.obstacles}


@pytest.mark.parametrize(
    "condition",
    [
        "unless { context.place has address }",
        'unless { context.request.route like "/console*" || context.request.route like "/break-glass*" }',
        'unless { ["GET", "POST"].contains(context.request.method) }',
        'unless { context.place.network == "b" }',
        "unless { context.time.minute >= 600 && context.time.minute < 620 }",
        'when { context.place.network != "" }',
        'when { context.place has address && context.place.address.isInRange(ip("198.51.100.0/24")) }',
    ],
)
def test_what_somebody_can_meet_is_not(condition: str) -> None:
    assert isinstance(tried(condition), Proof)


def test_a_step_up_proves_what_one_sign_in_can_not() -> None:
    found = tried('unless { context.auth.factors.containsAll(["passkey", "code"]) }')
    assert isinstance(found, Proof)
    assert found.facts.auth.factors > found.signed_in_with


def test_what_the_proof_asks_is_what_the_console_asks() -> None:
    assert {(one.method, one.route) for one in CONSOLE} <= set(declared().routes)
