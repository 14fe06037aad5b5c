"""Whom a tenant means: by the link that the company wrote, else by a user name in a domain of its own, else nobody."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sso.entra.tenant import CLIENT, MAREN, MIA, TENANT, TOM

from limen.facts import Person
from limen.facts.entra_tenant import EntraTenant
from limen.sso.entra.person import person_meant

PEOPLE = [
    Person("p_mia", email="mia@harbor.example", active=True),
    Person("p_tom", email="tom@harbor.example", active=True),
    Person("p_gone", email="gone@harbor.example"),
    Person("p_robot", email="robot@harbor.example", active=True, is_workload=True),
    Person("p_none", active=True),
]
REGISTERED = EntraTenant(TENANT, CLIENT, ("harbor.example",), ((MIA, "p_mia"),))


def meant(oid: str, upn: object, tenant: EntraTenant = REGISTERED, **more: Any) -> str:
    claims = {"tid": TENANT, "oid": oid, "preferred_username": upn, **more}
    found = person_meant(claims, tenant, PEOPLE)
    return found.id if found else ""


def test_a_link_counts_whatever_the_user_name_is() -> None:
    assert meant(MIA, "tom@harbor.example") == "p_mia"
    assert meant(MIA, "") == "p_mia"


def test_a_user_name_counts_in_a_domain_of_the_company() -> None:
    assert meant(TOM, "Tom@HARBOR.example") == "p_tom"
    assert meant(TOM, "tom@harbor.example", EntraTenant(TENANT, CLIENT)) == ""


@pytest.mark.parametrize(
    ("oid", "upn"),
    [
        (TOM, "mia@harbor.example"),
        (MAREN, "gone@harbor.example"),
        (MAREN, "robot@harbor.example"),
        (MAREN, "@harbor.example"),
        (MAREN, "a@b@harbor.example"),
        (MAREN, ""),
        (MAREN, ["tom@harbor.example"]),
        ("", "tom@harbor.example"),
        ("tom", "tom@harbor.example"),
    ],
)
def test_anything_else_is_nobody(oid: str, upn: object) -> None:
    assert meant(oid, upn) == ""


def test_another_tenant_and_its_guests_are_nobody() -> None:
    assert meant(MIA, "", tid=CLIENT) == ""
    assert meant(TOM, "tom@harbor.example", acct=1) == ""
    assert meant(TOM, "tom@harbor.example", acct="0") == ""
    assert meant(TOM, "tom@harbor.example", acct=0) == "p_tom"


def test_whom_two_could_be_is_nobody() -> None:
    twins = [*PEOPLE, Person("p_twin", email="Tom@harbor.example", active=True)]
    claims = {"tid": TENANT, "oid": TOM, "preferred_username": "tom@harbor.example"}
    assert person_meant(claims, REGISTERED, twins) is None
