"""`directories:` in access.yaml: what is read, what is refused where, and what the plan says of it."""

from __future__ import annotations

import pytest
from tests.access.test_access_file import read_text

from limen.access.directories_section import changes
from limen.facts.directory import Directory, DirectoryKind

GUID = "0f0e0d0c-0b0a-0908-0706-050403020100"
OFFICE = """directories:
  office: {kind: ldap, url: "ldaps://ldap.harbor.example/", client: "cn=limen,dc=harbor", base: "dc=harbor"}
"""


def test_each_kind_as_it_is_written() -> None:
    rules, problems = read_text(
        OFFICE
        + f"""  microsoft: {{kind: entra, tenant: {GUID}, client: {GUID}}}
  workspace: {{kind: google, client: ada@harbor.example}}
  cloud: {{kind: aws, region: eu-central-1, tenant: d-0123456789, client: AKIAEXAMPLE}}
"""
    )
    assert not problems
    assert rules is not None
    assert dict(rules.directories) == {
        "office": Directory(
            DirectoryKind.LDAP, "ldaps://ldap.harbor.example", client="cn=limen,dc=harbor", base="dc=harbor"
        ),
        "microsoft": Directory(DirectoryKind.ENTRA, tenant=GUID, client=GUID),
        "workspace": Directory(DirectoryKind.GOOGLE, client="ada@harbor.example"),
        "cloud": Directory(
            DirectoryKind.AWS,
            "https://identitystore.eu-central-1.amazonaws.com",
            tenant="d-0123456789",
            client="AKIAEXAMPLE",
        ),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "{kind: ldap, url: 'http://ldap.harbor.example', client: c, base: b}",
        "{kind: ldap, url: 'ldaps://u@ldap.harbor.example', client: c, base: b}",
        "{kind: ldap, url: 'ldaps://169.254.169.254', client: c, base: b}",
        "{kind: ldap, url: 'ldaps://ldap.harbor.example/?x', client: c, base: b}",
        "{kind: ldap, url: 'ldaps://ldap.harbor.example', client: c}",
        "{kind: ldap, url: 'ldaps://ldap.harbor.example', client: c, base: b, tenant: t}",
        "{kind: ldap, url: 'ldaps://ldap.harbor.example', client: c, base: b, match: 'mail=*)(x'}",
        "{kind: ldap, url: 'ldaps://ldap.harbor.example', client: c, base: b, member: owner}",
        "{kind: ldap, url: 'ldaps://ldap.harbor.example', client: c, base: b, trust: no certificate}",
        "{kind: entra, tenant: common, client: x}",
        "{kind: google, client: ada}",
        "{kind: aws, region: 'evil.example/', tenant: d-0123456789, client: A}",
        "{kind: aws, region: eu-central-1, tenant: ../x, client: A}",
        "{kind: nis}",
        "{secret: typed}",
    ],
)
def test_what_is_wrong_is_said_with_its_line(wrong: str) -> None:
    rules, problems = read_text(f"directories:\n  office: {wrong}\n")
    assert rules is None
    assert {(one.file, one.line) for one in problems} <= {("access.yaml", 2)}
    assert problems


def test_the_plan_has_a_line_for_each_that_is_other() -> None:
    office = Directory(DirectoryKind.LDAP, "ldaps://a", client="c", base="b")
    elsewhere = Directory(DirectoryKind.LDAP, "ldaps://b", client="c", base="b")
    deeper = Directory(DirectoryKind.LDAP, "ldaps://a", client="c", base="d")
    for was, now in (({}, office), (office, {}), (office, elsewhere), (office, deeper)):
        before, after = ({"office": one} if one else {} for one in (was, now))
        assert len(list(changes(before, after))) == 1  # type: ignore[arg-type]
    assert list(changes({"office": office}, {"office": office})) == []
