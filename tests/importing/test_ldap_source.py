from __future__ import annotations

import pytest
from tests.importing.harbor import begun

from limen.company.candidate import candidate
from limen.importing.ldap_source import LdapDirectory, source_text

GOOD = LdapDirectory(
    "ldaps://dc1.harbor.example", base="dc=harbor,dc=example", user="cn=x,dc=harbor", below="ou=people"
)


def test_the_source_is_one_that_a_company_takes() -> None:
    text, taken = source_text("old-ldap", "Old", GOOD)
    assert taken >= {"address", "user", "below"}
    company = candidate(begun(), {"people.yaml": text})
    assert "ou=people,dc=harbor,dc=example" in company.files["people.yaml"]


@pytest.mark.parametrize(
    "directory",
    [
        LdapDirectory(""),
        LdapDirectory("https://x", base="dc=x", user="cn=x"),
        LdapDirectory("ldap://x y", user="cn=x"),
        LdapDirectory("ldap://[", base="dc=x", user="cn=x"),
        LdapDirectory("ldap://x", base="dc=x"),
        LdapDirectory("ldap://x", base="dc=x\n- id: evil", user="cn=x"),
        LdapDirectory("ldap://x", base="dc=x", user="c\nx"),
    ],
)
def test_what_can_not_be_reached_or_said_is_no_source(directory: LdapDirectory) -> None:
    assert source_text("old-ldap", "Old", directory) == ("", frozenset())
