"""What a change of an app's registration opens is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from limen.company.protocols import registration_changes
from limen.facts import App, Label, Upstream
from limen.facts.oidc_client import OidcClient

STRICT = OidcClient(
    redirect_uris=("https://survey.example/back",), is_pairwise=True, is_foreign=True, scopes=("openid",)
)
SURVEY = App("survey", "Survey", "", Upstream(""), Label.INTERNAL, owner="", oidc=STRICT)


def said_of(**changed: Any) -> list[str]:
    after = replace(SURVEY, oidc=replace(STRICT, **changed))
    return [said for _, said in registration_changes([SURVEY], [after])]


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"redirect_uris": ("https://survey.example/back", "https://evil.example/b")}, "https://evil.example/b"),
        ({"post_logout_uris": ("https://evil.example/",)}, "https://evil.example/"),
        ({"backchannel_logout_uri": "https://evil.example/out"}, "https://evil.example/out"),
        ({"is_public": True}, "secret"),
        ({"is_foreign": False}, "asked"),
        ({"is_pairwise": False}, "pairwise"),
        ({"scopes": ("openid", "email")}, "email"),
        ({"groups": (("staff", "admin"),)}, "groups"),
        ({"tokens_minutes": 60}, "60"),
        ({"keys": ("{}",)}, "key"),
        ({"may_act": ("report-batch",)}, "report-batch"),
        ({"needs_pkce": False}, "PKCE"),
    ],
)
def test_each_opening_of_a_registration_is_one_sentence(changed: dict[str, Any], word: str) -> None:
    (said,) = said_of(**changed)
    assert word in said


def test_keys_that_give_way_to_a_secret_are_said() -> None:
    with_keys = replace(SURVEY, oidc=replace(STRICT, keys=("{}",)))
    (found,) = registration_changes([with_keys], [SURVEY])
    assert found[0] == "survey"


def test_what_closes_or_stays_is_not_said() -> None:
    assert said_of() == said_of(tokens_minutes=1) == said_of(redirect_uris=()) == []


def test_of_a_new_app_it_is_said_where_codes_go() -> None:
    found = list(registration_changes([], [SURVEY]))
    assert [app for app, _ in found] == ["survey"]
    assert "https://survey.example/back" in found[0][1]
