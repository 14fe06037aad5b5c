"""One request, answered as Cedar answers it."""

from __future__ import annotations

import pytest

from limen.cedar import Entities, PolicySet, Response, Schema

SCHEMA = """
entity Group; entity User in [Group]; entity App;
action all; action view in [all] appliesTo { principal: User, resource: App, context: { ip: ipaddr, n?: Long } };
"""
POLICIES = PolicySet.parse("""
permit (principal in Group::"staff", action in Action::"all", resource) when { context.ip.isLoopback() };
forbid (principal, action, resource) when { context.n > 5 };
""")
PEOPLE = [{"uid": {"type": "User", "id": "ada"}, "attrs": {}, "parents": [{"type": "Group", "id": "staff"}]}]
ADA, VIEW, WIKI = ("User", "ada"), ("Action", "view"), ("App", "wiki")


def ask(context: dict[str, object], *, who=ADA, what=VIEW, which=WIKI) -> Response:
    schema = Schema.parse(SCHEMA)
    return POLICIES.is_authorized(who, what, which, context, Entities.from_json(PEOPLE, schema), schema)


def test_a_permit_decides() -> None:
    assert ask({"ip": "127.0.0.1", "n": 1}) == Response(allowed=True, determining=("policy0",))


def test_a_forbid_wins_and_is_the_only_one_named() -> None:
    assert ask({"ip": "127.0.0.1", "n": 6}) == Response(allowed=False, determining=("policy1",))


def test_a_policy_that_errs_is_skipped_and_named() -> None:
    """Cedar's rule, faithfully; whoever must not fail open looks at `errors`."""
    assert ask({"ip": "127.0.0.1"}) == Response(allowed=True, determining=("policy0",), errors=("policy1",))


def test_nothing_allows_by_default() -> None:
    assert ask({"ip": "10.0.0.1", "n": 1}) == Response(allowed=False)
    assert PolicySet(()).is_authorized(ADA, VIEW, WIKI, {}, Entities()) == Response(allowed=False)


@pytest.mark.parametrize(
    ("context", "changed", "message"),
    [
        ({"ip": "127.0.0.1", "n": 1.5}, {}, "no float"),
        ({"n": 1}, {}, "`ip` is missing"),
        ({"ip": "127.0.0.1", "x": 1}, {}, "no attribute `x`"),
        ({"ip": "127.0.0.1"}, {"who": ("Group", "staff")}, "no principal of type `Group`"),
        ({"ip": "127.0.0.1"}, {"which": ("User", "ada")}, "no resource of type `User`"),
        ({"ip": "127.0.0.1"}, {"what": ("Action", "edit")}, 'no action `Action::"edit"`'),
        ({"ip": "127.0.0.1"}, {"who": ("a b", "x")}, "name of a type"),
    ],
)
def test_a_request_that_is_no_request_is_not_allowed_and_says_why(context, changed, message: str) -> None:
    answer = ask(context, **changed)
    assert (answer.allowed, answer.determining) == (False, ())
    assert message in answer.refusal
    assert answer.errors == (answer.refusal,)


def test_as_with_cedars_handles_the_schema_does_not_reread_entities() -> None:
    schema = Schema.parse(SCHEMA)
    answer = POLICIES.is_authorized(ADA, VIEW, WIKI, {"ip": "::1", "n": 1}, Entities.from_json(PEOPLE), schema)
    assert not answer.allowed, "without the schema the entities lack its actions, so nothing is in `all`"
