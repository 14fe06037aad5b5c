"""Files are recognised by what stands in them, whatever they are called."""

from __future__ import annotations

import pytest
from tests.assessing.harbor import DOMAIN, Harbor
from tests.assessing.made import file

from limen.assessing.kinds import Kind
from limen.assessing.recognising import recognised

KINDS = {
    "people.csv": Kind.PEOPLE,
    "users.json": Kind.ENTRA_USERS,
    "factors.json": Kind.ENTRA_FACTORS,
    "sign-ins.json": Kind.ENTRA_SIGN_INS,
    "roles.json": Kind.ENTRA_ROLES,
    "policies.json": Kind.ENTRA_POLICIES,
    "apps.json": Kind.ENTRA_APPS,
    "consents.json": Kind.ENTRA_CONSENTS,
    "intune.json": Kind.INTUNE,
    "devices.csv": Kind.DEVICES,
    "firewall.v4": Kind.FIREWALL,
    "firewall.v6": Kind.FIREWALL,
    "addresses.json": Kind.ADDRESSES,
    f"{DOMAIN}.zone": Kind.DNS,
}


@pytest.mark.parametrize("name", KINDS)
def test_the_name_says_nothing(name: str) -> None:
    text = Harbor(people=2, days=1).files()[name]
    assert recognised(file("export.txt", text)).kind is KINDS[name]
    assert recognised(file("export.txt", text.replace("@odata.context", "x"))).kind is KINDS[name]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('[{"primaryEmail": "ada@harbor.example", "isEnrolledIn2Sv": true}]', Kind.GOOGLE_USERS),
        ("primaryEmail,name.fullName,isEnrolledIn2Sv\na@harbor.example,Ada,True\n", Kind.GOOGLE_USERS),
        ("Email Address [Required],2sv Enrolled [READ ONLY]\na@harbor.example,True\n", Kind.GOOGLE_USERS),
        ("user,clientId,displayText,scopes\na@harbor.example,1,Notes,mail\n", Kind.GOOGLE_TOKENS),
        ("userPrincipalName,displayName,accountEnabled\na@harbor.example,Ada,True\n", Kind.ENTRA_USERS),
        ("Date (UTC),Username,Application,Status\n2026-12-01,a@harbor.example,Teams,Success\n", Kind.ENTRA_SIGN_INS),
        ("Device ID,Device name,Compliance\n1,lap,Compliant\n", Kind.INTUNE),
        ('{"nftables": []}', Kind.FIREWALL),
        ("{}", None),
        ("some words, and more\nnothing,here\n", None),
        ("", None),
    ],
)
def test_other_files(text: str, kind: Kind | None) -> None:
    assert recognised(file("export.txt", text)).kind is kind


def test_what_is_empty_is_known_by_its_name() -> None:
    assert recognised(file("consents.json", "[]")).kind is Kind.ENTRA_CONSENTS
    assert recognised(file("whatever.json", "[]")).kind is None
