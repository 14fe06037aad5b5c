"""What a change of an app's registration opens is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from limen.company.protocols import registration_changes
from limen.facts import App, Label, Upstream
from limen.facts.service_provider import AssertionConsumer, ServiceProvider

STRICT = ServiceProvider(
    "wiki",
    (AssertionConsumer("https://wiki.example/acs"),),
    ("A",),
    "E",
    signs_requests=True,
    is_encrypted=True,
    attributes=(),
)
WIKI = App("wiki", "Wiki", "", Upstream(""), Label.INTERNAL, saml=STRICT)


def said_of(**changed: Any) -> list[str]:
    return [said for _, said in registration_changes([WIKI], [replace(WIKI, saml=replace(STRICT, **changed))])]


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"consumers": (*STRICT.consumers, AssertionConsumer("https://evil.example/acs"))}, "https://evil.example/acs"),
        ({"logout_url": "https://evil.example/"}, "https://evil.example/"),
        ({"logout_service": "https://evil.example/out"}, "https://evil.example/out"),
        ({"may_begin_here": True}, "forged"),
        ({"entity_id": "evil"}, "evil"),
        ({"certificates": ("A", "B")}, "key"),
        ({"signs_requests": False}, "sign"),
        ({"is_encrypted": False}, "encrypted"),
        ({"encryption_certificate": "F"}, "encrypted"),
        ({"name_id": "email"}, "address"),
        ({"name_id": "unspecified"}, "id"),
        ({"attributes": (("mail", "email"),)}, "email"),
        ({"groups": (("staff", "admin"),)}, "groups"),
        ({"minutes": 60}, "60"),
    ],
)
def test_each_opening_of_a_registration_is_one_sentence(changed: dict[str, Any], word: str) -> None:
    (said,) = said_of(**changed)
    assert word in said


def test_what_closes_or_stays_is_not_said() -> None:
    assert said_of() == said_of(minutes=1) == said_of(certificates=()) == said_of(name_id="transient") == []


def test_of_a_new_app_it_is_said_where_assertions_go() -> None:
    found = list(registration_changes([], [WIKI]))
    assert [app for app, _ in found] == ["wiki"]
    assert "https://wiki.example/acs" in found[0][1]
    was_oidc = replace(WIKI, saml=None)
    assert list(registration_changes([was_oidc], [WIKI])) == found
