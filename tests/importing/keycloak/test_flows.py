from __future__ import annotations

from typing import Any

import pytest

from limen.importing.conditions import NEVER, InGroup, Not, Strength, all_of
from limen.importing.keycloak.flows import Flows
from limen.importing.keycloak.roles import read_roles
from limen.importing.report import Effect, Report

PASSWORD, CODE, KEY = "auth-username-password-form", "auth-otp-form", "webauthn-authenticator"
ROLES = {"roles": {"realm": [{"name": "bookkeeper"}]}}


def _step(authenticator: str, requirement: str = "REQUIRED", config: str = "") -> dict[str, Any]:
    return {"authenticator": authenticator, "requirement": requirement, "authenticatorConfig": config}


def _inner(alias: str, requirement: str) -> dict[str, Any]:
    return {"authenticatorFlow": True, "flowAlias": alias, "requirement": requirement}


def _condition(
    *steps: dict[str, Any], more: dict[str, list[dict[str, Any]]] | None = None, negate: str = "false"
) -> Any:
    flows = {"browser": list(steps), **(more or {})}
    realm = {
        "authenticationFlows": [{"alias": one, "authenticationExecutions": some} for one, some in flows.items()],
        "authenticatorConfig": [{"alias": "books", "config": {"condUserRole": "bookkeeper", "negate": negate}}],
    }
    return Flows(realm, ("r",), Report(), read_roles(ROLES, ("r",), Report())).condition()


@pytest.mark.parametrize(
    ("steps", "strength"),
    [
        ([_step("auth-cookie", "ALTERNATIVE"), _step(PASSWORD)], 1),
        ([_step(PASSWORD), _step(CODE)], 2),
        ([_step(PASSWORD), _step(CODE, "DISABLED")], 1),
        ([_step(PASSWORD), _step(KEY)], 3),
        ([_step(PASSWORD), _step(CODE, "ALTERNATIVE"), _step(KEY, "ALTERNATIVE")], 2),
    ],
)
def test_the_strength_is_what_is_asked_of_everybody(steps: list[dict[str, Any]], strength: int) -> None:
    assert _condition(*steps) == Strength(strength)


def test_what_is_asked_of_some_counts_for_all() -> None:
    inner = [_step("conditional-user-configured"), _step(CODE)]
    assert _condition(_step(PASSWORD), _inner("otp", "CONDITIONAL"), more={"otp": inner}) == Strength(2)


def test_who_is_denied_by_a_role_stays_out() -> None:
    inner = [_step("conditional-user-role", config="books"), _step("deny-access-authenticator")]
    steps = (_step(PASSWORD), _inner("deny", "CONDITIONAL"))
    role = InGroup("role:bookkeeper")
    assert _condition(*steps, more={"deny": inner}) == all_of(Strength(1), Not(role))
    assert _condition(*steps, more={"deny": inner}, negate="true") == all_of(Strength(1), role)


@pytest.mark.parametrize(
    "steps",
    [
        [_step(PASSWORD), _step("some-script")],
        [_step(PASSWORD), _step("deny-access-authenticator")],
        [_step(PASSWORD), _inner("nowhere", "REQUIRED")],
        [_step(PASSWORD), _inner("browser", "REQUIRED")],
    ],
)
def test_what_can_not_be_told_lets_nobody_in(steps: list[dict[str, Any]]) -> None:
    assert _condition(*steps) == NEVER


def test_where_the_export_does_not_say_how_people_signed_in_nobody_gets_in() -> None:
    for flows in ({}, {"authenticationFlows": []}, {"authenticationFlows": [{"alias": "browser"}]}):
        report = Report()
        assert Flows(flows, ("r",), report, read_roles({}, ("r",), Report())).condition() == NEVER
        assert [one.effect for one in report.account({}).items] == [Effect.STRICTER]
    assert _condition() == NEVER
    assert _condition(_step(PASSWORD, "DISABLED")) == NEVER


def test_a_flow_that_is_not_there_is_said() -> None:
    report = Report()
    flows = Flows({"authenticationFlows": [{"alias": "x"}]}, ("r",), report, read_roles({}, ("r",), report))
    assert flows.condition("gone") == NEVER
    assert [one.effect for one in report.account({}).items] == [Effect.STRICTER]
