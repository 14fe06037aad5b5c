"""What Keycloak's authorization services answered, Limen answers: never more, and less only where that is said."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import example, given, settings, strategies as st
from tests.dial import size
from tests.importing.deciding import lets_in
from tests.importing.harbor import imported, made
from tests.importing.keycloak import oracle

from limen.importing.model import EVERYONE
from limen.importing.report import Effect, Verdict

ROLES = ("employee", "bookkeeper", "manager")
PATHS = ("/sales", "/sales/emea", "/warehouse")
PEOPLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "mara": (("/sales/emea",), ()),
    "tom": (("/sales",), ("manager",)),
    "lea": (("/warehouse",), ("employee",)),
    "ines": ((), ("bookkeeper",)),
    "olaf": ((), ()),
}
PARTS_OF = {"manager": {"employee", "manager"}, "employee": {"employee"}, "bookkeeper": {"bookkeeper"}}
URIS = ("/*", "/stock/*", "/settings/*", "/shelf/{id}/label", "/stock/orders")
TARGETS = ("/", "/stock", "/stock/7", "/stock/orders", "/settings/users", "/shelf/7/label", "/shelf/7", "/else")
STRATEGIES = ("UNANIMOUS", "AFFIRMATIVE", "CONSENSUS")


def _policy(dice: random.Random, name: str, others: list[str]) -> dict[str, Any]:
    kind = dice.choice(
        ("role", "role", "group", "group", "user", "client", "time", "js", *(["aggregate"] if others else []))
    )
    config: dict[str, Any] = {
        "role": lambda: {
            "roles": json.dumps([{"id": one, "required": dice.random() < 0.3} for one in dice.sample(ROLES, 2)])
        },
        "group": lambda: {"groups": json.dumps([{"path": dice.choice(PATHS), "extendChildren": dice.random() < 0.5}])},
        "user": lambda: {"users": json.dumps(dice.sample(sorted(PEOPLE), 2))},
        "client": lambda: {"clients": json.dumps([dice.choice(("app0", "app1"))])},
        "time": lambda: {"hour": "8", "hourEnd": str(dice.randint(8, 20))},
        "js": lambda: {"code": dice.choice((oracle.GRANTING_SCRIPT, "$evaluation.deny();"))},
        "aggregate": lambda: {"applyPolicies": json.dumps(dice.sample(others, min(len(others), dice.randint(1, 3))))},
    }[kind]()
    return {
        "name": name, "type": kind, "logic": dice.choice(("POSITIVE", "POSITIVE", "NEGATIVE")),
        "decisionStrategy": dice.choice(STRATEGIES), "config": config,
    }  # fmt: skip


def _client(dice: random.Random, number: int) -> dict[str, Any]:
    policies: list[dict[str, Any]] = []
    for at in range(dice.randint(2, 6)):
        policies.append(_policy(dice, f"policy{at}", [one["name"] for one in policies]))
    names = [one["name"] for one in policies]
    resources = []
    for at, uri in enumerate(dice.sample(URIS, dice.randint(1, 4))):
        scopes = [{"name": one} for one in ("view", "edit")[: dice.randint(0, 2)]]
        resources.append({"name": f"resource{at}", "type": f"urn:{at % 2}", "uris": [uri], "scopes": scopes})
    for at in range(dice.randint(1, 5)):
        config: dict[str, Any] = {"applyPolicies": json.dumps(dice.sample(names, dice.randint(1, min(3, len(names)))))}
        kind = dice.choice(("resource", "scope"))
        some = json.dumps(dice.sample([one["name"] for one in resources], 1))
        if kind == "scope":
            config["scopes"] = json.dumps([dice.choice(("view", "edit"))])
            about: tuple[dict[str, Any], ...] = ({"resources": some}, {"defaultResourceType": "urn:0"}, {})
            config |= dice.choice(about)
        elif dice.random() < 0.3:
            config["defaultResourceType"] = "urn:0"
        else:
            config["resources"] = some
        permission = {
            "name": f"permission{at}", "type": kind, "logic": "POSITIVE", "decisionStrategy": dice.choice(STRATEGIES),
            "config": config,
        }  # fmt: skip
        policies.append(permission)
    return {
        "clientId": f"app{number}", "name": f"App {number}", "rootUrl": f"https://app{number}.harbor.example",
        "enabled": True, "protocol": "openid-connect", "redirectUris": ["/back"],
        "authorizationSettings": {
            "policyEnforcementMode": dice.choice(("ENFORCING", "ENFORCING", "PERMISSIVE", "DISABLED")),
            "decisionStrategy": dice.choice(("UNANIMOUS", "AFFIRMATIVE")),
            "resources": resources, "policies": policies,
            "scopes": [{"name": "view"}, {"name": "edit"}],
        },
    }  # fmt: skip


def realm_of(dice: random.Random) -> dict[str, Any]:
    return {
        "realm": "harbor",
        "enabled": True,
        "roles": {
            "realm": [
                {
                    "name": one,
                    "composite": one == "manager",
                    "composites": {"realm": ["employee"]} if one == "manager" else {},
                }
                for one in ROLES
            ]
        },
        "groups": [
            {"name": "sales", "path": "/sales", "subGroups": [{"name": "emea", "path": "/sales/emea"}]},
            {"name": "warehouse", "path": "/warehouse"},
        ],
        "authenticationFlows": [{"alias": "browser", "authenticationExecutions": [_step(oracle.PASSWORD)]}],
        "clients": [_client(dice, number) for number in range(8)],
        "users": [
            {
                "username": name,
                "enabled": True,
                "email": f"{name}@harbor.example",
                "groups": list(groups),
                "realmRoles": list(roles),
            }
            for name, (groups, roles) in PEOPLE.items()
        ],
    }


@settings(max_examples=size(12, least=2), deadline=None)
@given(st.integers(0, 2**32))
def test_keycloak_never_said_no_where_limen_says_yes(seed: int) -> None:
    dice = random.Random(seed)
    realm = realm_of(dice)
    what = imported("keycloak", {"harbor-realm.json": realm})
    done = made(what)
    assert sum(what.account.count(verdict) for verdict in Verdict) == what.account.values
    people = {one.account: one for one in what.system.people}
    for _ in range(1_500):
        client = dice.choice(realm["clients"])
        app = done.apps[f"host:{client['clientId']}.harbor.example"]
        account, target, hour = dice.choice(sorted(PEOPLE)), dice.choice(TARGETS), dice.randint(0, 23)
        groups, roles = PEOPLE[account]
        whole = frozenset().union(*(PARTS_OF[one] for one in roles))
        before = oracle.lets_in(client, target, (), account=account, groups=frozenset(groups), roles=whole, hour=hour)
        held = frozenset(done.groups[key] for key in (*people[account].groups, EVERYONE))
        after = lets_in(done.company, app, held, 2, target=target, at=f"2026-01-06T{hour:02}:30")
        assert before or not after, (account, target, hour, client)
        if before and not after:
            assert _is_said(what, client["clientId"]), (account, target, hour, client)
    for client in realm["clients"]:
        app = done.apps[f"client:{client['clientId']}"]
        for one in people.values():
            held = frozenset(done.groups[key] for key in (*one.groups, EVERYONE))
            assert lets_in(done.company, app, held, 1, action="view")
            assert not lets_in(done.company, app, held - {done.groups[EVERYONE]}, 3, action="view")


def _is_said(what: Any, client: str) -> bool:
    """Whether the report names something of this client that may have become stricter."""
    number = int(client.removeprefix("app"))
    stricter = (one.path for one in what.account.items if one.effect is Effect.STRICTER)
    return any(path[1:3] == ("clients", number) and "authorizationSettings" in path for path in stricter)


PROVES = (
    frozenset({oracle.PASSWORD}),
    frozenset({oracle.PASSWORD, oracle.CODE}),
    frozenset({oracle.PASSWORD, oracle.CODE, oracle.KEY}),
)
"""What somebody with a strength of 1, 2 and 3 can prove there."""


def _step(authenticator: str, requirement: str = "REQUIRED", **more: str) -> dict[str, Any]:
    return {"authenticator": authenticator, "requirement": requirement, **more}


def _flow(alias: str, requirement: str) -> dict[str, Any]:
    return {"flowAlias": alias, "authenticatorFlow": True, "requirement": requirement}


def _realm_with_a_flow(dice: random.Random) -> dict[str, Any]:
    """The forms beside the cookie, as Keycloak's own flow has them; below, flows of all kinds. Roles may be composed of
    each other, also in a circle.
    """
    forms = [_step(oracle.PASSWORD)]
    flows: dict[str, list[dict[str, Any]]] = {
        "browser": [_step("auth-cookie", "ALTERNATIVE"), _flow("forms", "ALTERNATIVE")],
        "forms": forms,
        "code": [_step("conditional-user-configured"), _step(oracle.CODE)],
        "choice": [_step(oracle.CODE, "ALTERNATIVE"), _step(oracle.KEY, "ALTERNATIVE")],
        "nested": [_flow("choice", "REQUIRED")],
        "denied": [_step("conditional-user-role", authenticatorConfig="role"), _step("deny-access-authenticator")],
    }
    second = (
        _step(oracle.CODE),
        _step(oracle.KEY),
        _step(oracle.CODE, "DISABLED"),
        _flow("code", "CONDITIONAL"),
        _flow("choice", "REQUIRED"),
        _flow("nested", "REQUIRED"),
        _flow("denied", dice.choice(("CONDITIONAL", "CONDITIONAL", "DISABLED"))),
    )
    forms += dice.sample(second, dice.randint(0, 3))
    roles = [
        {"name": one, "composite": True, "composites": {"realm": dice.sample(ROLES, dice.randint(0, 2))}}
        for one in ROLES
    ]
    config = {"condUserRole": dice.choice(ROLES), "negate": dice.choice(("true", "false"))}
    return {
        **realm_of(dice),
        "clients": [
            {"clientId": "wiki", "enabled": True, "redirectUris": ["https://wiki.harbor.example/back"]},
        ],
        "roles": {"realm": roles},
        "browserFlow": "browser",
        "authenticationFlows": [{"alias": one, "authenticationExecutions": steps} for one, steps in flows.items()],
        "authenticatorConfig": [{"alias": "role", "config": config}],
    }


@example(seed=24)  # a choice of second factors, and a key beside it
@example(seed=8)  # a key that is required beside a code
@settings(max_examples=size(40, least=10), deadline=None)
@given(st.integers(0, 2**32))
def test_who_could_not_get_through_a_flow_does_not_get_in(seed: int) -> None:
    realm = _realm_with_a_flow(random.Random(seed))
    what = imported("keycloak", {"harbor-realm.json": realm})
    done = made(what)
    is_said = any(one.effect is Effect.STRICTER for one in what.account.items if "authenticationFlows" in one.path)
    for person in what.system.people:
        roles = oracle.whole_roles(realm["roles"]["realm"], frozenset(PEOPLE[person.account][1]))
        held = frozenset(done.groups[key] for key in (*person.groups, EVERYONE))
        for strength, proves in enumerate(PROVES, start=1):
            before = oracle.signs_in(realm, proves, roles)
            after = lets_in(done.company, done.apps["client:wiki"], held, strength, action="view")
            assert before or not after, (person.account, strength, realm["authenticationFlows"], roles)
            assert after or not before or is_said, (person.account, strength, realm["authenticationFlows"], roles)
