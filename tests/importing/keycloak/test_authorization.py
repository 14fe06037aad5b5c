from __future__ import annotations

import json
from typing import Any

from limen.importing.conditions import ALWAYS, NEVER, DuringHours, InGroup, Not, all_of, any_of
from limen.importing.keycloak.authorization import Authorization
from limen.importing.keycloak.groups import read_groups
from limen.importing.keycloak.roles import read_roles
from limen.importing.report import Effect, Report

REALM = {"roles": {"realm": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}, "groups": [{"name": "g", "path": "/g"}]}
A, B, C = (InGroup(f"role:{one}") for one in "abc")


def _role(name: str, *roles: str, logic: str = "POSITIVE", required: bool = False) -> dict[str, Any]:
    said = json.dumps([{"id": one, "required": required} for one in roles])
    return {"name": name, "type": "role", "logic": logic, "config": {"roles": said}}


def _when(
    *policies: dict[str, Any], applied: tuple[str, ...], strategy: str = "UNANIMOUS", mode: str = "ENFORCING"
) -> Any:
    permission = {
        "name": "it", "type": "resource", "decisionStrategy": strategy,
        "config": {"resources": json.dumps(["r"]), "applyPolicies": json.dumps(applied)},
    }  # fmt: skip
    settings = {
        "policyEnforcementMode": mode, "resources": [{"name": "r", "uris": ["/*"]}],
        "policies": [*policies, *([permission] if applied else [])],
    }  # fmt: skip
    report = Report()
    roles = read_roles(REALM, ("r",), report)
    client = {"clientId": "x", "authorizationSettings": settings}
    groups = read_groups(REALM, ("r",), report, roles)
    return Authorization(client, ("r",), report, groups, roles, {}).resources()[0].when


def test_roles_any_of_them_and_all_that_are_required() -> None:
    assert _when(_role("p", "a", "b"), applied=("p",)) == any_of(A, B)
    assert _when(_role("p", "a", "b", required=True), applied=("p",)) == all_of(A, B)
    assert _when(_role("p", "a", logic="NEGATIVE"), applied=("p",)) == Not(A)
    assert _when(_role("p", "gone"), applied=("p",)) == NEVER
    assert _when(_role("p", "gone", logic="NEGATIVE"), applied=("p",)) == NEVER


def test_strategies() -> None:
    some = (_role("p", "a"), _role("q", "b"), _role("s", "c"))
    assert _when(*some, applied=("p", "q")) == all_of(A, B)
    assert _when(*some, applied=("p", "q"), strategy="AFFIRMATIVE") == any_of(A, B)
    consensus = _when(*some, applied=("p", "q", "s"), strategy="CONSENSUS")
    assert consensus == any_of(all_of(A, B), all_of(A, C), all_of(B, C))


def test_a_script_opens_nothing_and_keeps_nothing_from_others() -> None:
    script = {"name": "s", "type": "js", "config": {"code": "x"}}
    assert _when(script, _role("p", "a"), applied=("p", "s")) == NEVER
    assert _when(script, _role("p", "a"), applied=("p", "s"), strategy="AFFIRMATIVE") == A


def _scoped(**config: Any) -> list[Any]:
    """What a permission for a scope, beside none, means for a resource of each of two types."""
    named = {"scopes": json.dumps(["view"]), "applyPolicies": json.dumps(["p"]), **config}
    permission = {"name": "it", "type": "scope", "decisionStrategy": "UNANIMOUS", "config": named}
    settings = {
        "resources": [
            {"name": one, "type": f"urn:{one}", "uris": [f"/{one}/*"], "scopes": [{"name": "view"}]}
            for one in ("article", "salary")
        ],
        "policies": [_role("p", "a"), permission],
    }
    report = Report()
    roles = read_roles(REALM, ("r",), report)
    client = {"clientId": "x", "authorizationSettings": settings}
    groups = read_groups(REALM, ("r",), report, roles)
    return [one.when for one in Authorization(client, ("r",), report, groups, roles, {}).resources()]


def test_a_permission_for_a_scope_is_about_resources_of_its_type_alone() -> None:
    assert _scoped() == [A, A]
    assert _scoped(defaultResourceType="urn:article") == [A, NEVER]
    assert _scoped(defaultResourceType="urn:article", resources=json.dumps(["salary"])) == [NEVER, A]
    assert _scoped(defaultResourceType="") == [NEVER, NEVER]


def test_modes() -> None:
    assert _when(applied=()) == NEVER
    assert _when(applied=(), mode="PERMISSIVE") == ALWAYS
    assert _when(_role("p", "a"), applied=("p",), mode="DISABLED") == ALWAYS


def test_hours_of_the_day_and_no_other_times() -> None:
    def of(**config: str) -> Any:
        return _when({"name": "t", "type": "time", "config": config}, applied=("t",))

    assert of(hour="6", hourEnd="21") == DuringHours(start=360, end=1320)
    assert of(hour="7") == DuringHours(start=420, end=480)
    assert [of(hour="22", hourEnd="6"), of(dayMonth="1"), of(hour="6", month="2"), of(hour="99")] == [NEVER] * 4
    assert of(notBefore="2026-01-01 00:00:00") == NEVER


def test_hours_are_said_to_be_in_another_zone() -> None:
    report = Report()
    policy = {"name": "t", "type": "time", "config": {"hour": "6"}}
    client = {"clientId": "x", "authorizationSettings": {"policies": [policy], "resources": []}}
    roles = read_roles({}, ("r",), report)
    Authorization(client, ("r",), report, read_groups({}, ("r",), report, roles), roles, {}).resources()
    assert [one.effect for one in report.account({"r": client}).wider] == [Effect.WIDER]
