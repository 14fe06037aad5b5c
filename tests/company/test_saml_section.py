"""`saml:` in apps.yaml: what is refused, and where."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from pydantic import ValidationError
from tests.sso.saml.certificates import key_pair

from limen.company.apps_file import read_apps
from limen.company.saml_section import SamlSection, complaints, provider_of, provider_values
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.facts.service_provider import AssertionConsumer, ServiceProvider
from limen.settings import Settings

GOOD = "https://wiki.harbor.example/acs"
SETTINGS = Settings(name="Harbor", domain="harbor.example", groups={"staff": "Staff"})


def section(**said: Any) -> SamlSection:
    return SamlSection.model_validate({"entity_id": "wiki", "acs": [GOOD], **said})


def test_a_good_one_becomes_a_registration() -> None:
    pair = key_pair("wiki")
    made = section(
        acs=[GOOD, {"url": GOOD + "2", "index": 3}],
        certificates=[pair.pem, key_pair("other", "ec").bare],
        encryption_certificate=pair.pem,
        encrypt=True,
        signed_requests=True,
        attributes={"urn:oid:0.9.2342.19200300.100.1.3": "email"},
        groups={"staff": "Reader"},
    )
    assert list(complaints(made)) == []
    provider = provider_of(made)
    assert provider.consumers == (AssertionConsumer(GOOD), AssertionConsumer(GOOD + "2", 3))
    assert provider.certificates == (pair.bare, key_pair("other", "ec").bare)
    assert (provider.encryption_certificate, provider.is_encrypted, provider.signs_requests) == (pair.bare, True, True)
    assert provider.attributes == (("urn:oid:0.9.2342.19200300.100.1.3", "email"),)


def test_what_is_written_of_a_registration_says_all_of_it() -> None:
    """One field after the other, each with another value than the usual one."""
    pair = key_pair("wiki")
    usual = provider_of(section())
    others: dict[str, Any] = {
        "entity_id": "other",
        "consumers": (AssertionConsumer(GOOD, 3),),
        "certificates": (pair.bare,),
        "encryption_certificate": pair.bare,
        "signs_requests": True,
        "is_encrypted": True,
        "name_id": "email",
        "attributes": (),
        "groups": (("staff", "Reader"),),
        "may_begin_here": True,
        "start": "/books",
        "minutes": 7,
        "logout_url": "https://wiki.harbor.example/out",
        "logout_service": "https://wiki.harbor.example/soap",
    }
    assert others.keys() == {one.name for one in fields(ServiceProvider)}
    for name, value in others.items():
        other = replace(usual, **{name: value})
        assert provider_of(SamlSection.model_validate(provider_values(other))) == other


def test_what_is_left_out_is_the_careful_choice() -> None:
    provider = provider_of(section())
    assert (provider.name_id, provider.may_begin_here, provider.minutes) == ("persistent", False, 5)


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"entity_id": " wiki"}, ("entity_id",)),
        ({"entity_id": "wi\x1bki"}, ("entity_id",)),
        ({"acs": ["http://wiki.example/acs"]}, ("acs", 0)),
        ({"acs": [GOOD, "https://*.example/acs"]}, ("acs", 1)),
        ({"acs": [GOOD, {"url": "javascript:alert(1)", "index": 0}]}, ("acs", 1)),
        ({"acs": [{"url": GOOD, "index": 1}, {"url": GOOD + "2", "index": 1}]}, ("acs",)),
        ({"certificates": ["nonsense"]}, ("certificates", 0)),
        ({"certificates": [key_pair("weak", bits=1_024).pem]}, ("certificates", 0)),
        ({"signed_requests": True}, ("signed_requests",)),
        ({"encrypt": True}, ("encrypt",)),
        ({"encryption_certificate": key_pair("other", "ec").pem}, ("encryption_certificate",)),
        ({"logout_url": "http://wiki.example/out"}, ("logout_url",)),
        ({"logout_service": "https://169.254.169.254/out"}, ("logout_service",)),
        ({"attributes": {"a\x1bb": "email"}}, ("attributes", "a\x1bb")),
        ({"start": "\x1b"}, ("start",)),
    ],
)
def test_what_can_not_be_meant_is_named_where_it_stands(said: dict[str, Any], where: tuple[str | int, ...]) -> None:
    assert [path for path, _, _ in complaints(section(**said))] == [where]


def test_shape_is_strict() -> None:
    for wrong in ({"acs": []}, {"name_id": "kerberos"}, {"minutes": 0}, {"attributes": {"a": "password"}}, {"x": 1}):
        with pytest.raises(ValidationError):
            section(**wrong)


def test_problems_stand_at_their_line_and_a_name_is_taken_once() -> None:
    text = (
        "- id: wiki\n  protocol: saml\n  url: https://wiki.example/\n  saml:\n    entity_id: wiki\n"
        f"    acs: [{GOOD}]\n    groups: {{stuff: A}}\n"
    )
    apps, (problem,) = read_apps(Tree(read_yaml(text)), SETTINGS, SETTINGS.groups)
    assert ((problem.line, problem.column), [app.id for app in apps]) == ((7, 21), ["wiki"])
    twice = text.replace("stuff", "staff") + text.replace("stuff", "staff").replace("id: wiki\n  p", "id: wiki2\n  p")
    _, (problem,) = read_apps(Tree(read_yaml(twice)), SETTINGS, SETTINGS.groups)
    assert problem.line == 12
