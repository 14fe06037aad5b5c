"""How a source of the kind `ldap` is written, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from limen.clock import HOUR, MINUTE
from limen.identity.sources.ldap.ldap_settings import LdapSection, settings_of
from limen.identity.sources.model import Source, SourceKind

OFFICE = {"url": "ldaps://dc1.harbor.example/", "bind_as": "limen@harbor.example", "people": ["ou=people,dc=harbor"]}


def complaints(**other: Any) -> list[tuple[str | int, ...]]:
    return [at for at, _, _ in LdapSection.model_validate({**OFFICE, **other}).complaints()]


def test_what_is_usual_need_not_be_written() -> None:
    assert complaints() == []
    source = Source("office", SourceKind.LDAP, "Office", groups={"cn=a": frozenset({"staff"})}, settings=OFFICE)
    settings = settings_of(source)
    assert (settings.url, settings.bases) == ("ldaps://dc1.harbor.example", ("ou=people,dc=harbor",))
    assert (settings.groups, settings.query, settings.user_name) == (("cn=a",), "", "uid")
    assert (settings.every_ms, settings.whole_ms) == (5 * MINUTE, HOUR)
    assert settings.attributes["name"] == ("displayName", "cn")
    assert settings.place == "ldap ldaps://dc1.harbor.example limen@harbor.example"


def test_an_attribute_that_is_written_is_the_only_one() -> None:
    source = Source("office", SourceKind.LDAP, "Office", settings={**OFFICE, "attributes": {"name": "sn"}})
    assert settings_of(source).attributes["name"] == ("sn",)
    assert "secret" not in repr(settings_of(source).server("secret"))


@pytest.mark.parametrize(
    ("other", "at"),
    [
        ({"url": "ldaps://169.254.169.254"}, ("url",)),
        ({"url": "https://dc1.harbor.example"}, ("url",)),
        ({"bind_as": "limen\u202e"}, ("bind_as",)),
        ({"people": ["ou=people,dc=harbor", "people)(uid=*"]}, ("people", 1)),
        ({"filter": "(a=b))(|(objectClass=*)"}, ("filter",)),
        ({"filter": "a=b"}, ("filter",)),
        ({"attributes": {"email": "mail=*)(x"}}, ("attributes", "email")),
        ({"attributes": {"user_name": "*"}}, ("attributes", "user_name")),
        ({"every": "0m"}, ("every",)),
        ({"every": "2h"}, ("whole",)),
        ({"whole": "2d"}, ("whole",)),
        ({"trust": "no certificate"}, ("trust",)),
    ],
)
def test_what_is_refused(other: dict[str, Any], at: tuple[str | int, ...]) -> None:
    assert complaints(**other) == [at]


@pytest.mark.parametrize("other", [{"secret": "typed"}, {"people": []}, {"every": "5s"}, {"attributes": {"role": "x"}}])
def test_what_has_no_shape(other: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LdapSection.model_validate({**OFFICE, **other})
