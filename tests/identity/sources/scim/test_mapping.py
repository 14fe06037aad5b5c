from __future__ import annotations

from typing import Any

import pytest

from limen.identity.sources.scim.mapping import address_of, name_of, person_of
from limen.identity.sources.scim.resources import WHOLE_USER, EnterpriseUser, Manager


def made(**fields: Any) -> Any:
    return WHOLE_USER.model_validate({"userName": "eve@harbor.example", **fields})


@pytest.mark.parametrize(
    ("emails", "address"),
    [
        (None, "eve@harbor.example"),
        ([{"type": "work"}], "eve@harbor.example"),
        ([{"value": "home@x.example", "type": "home"}, {"value": "work@x.example", "type": "work"}], "work@x.example"),
        ([{"value": "a@x.example", "type": "work"}, {"value": "b@x.example", "primary": True}], "b@x.example"),
    ],
)
def test_the_address_is_the_primary_one_or_that_for_work(emails: Any, address: str) -> None:
    assert address_of(made(emails=emails)) == address


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "eve@harbor.example"),
        ({"name": {"givenName": "Eve"}}, "Eve"),
        ({"name": {"givenName": "Eve", "familyName": "Jansen"}}, "Eve Jansen"),
        ({"name": {"formatted": "Dr Eve Jansen", "familyName": "Jansen"}}, "Dr Eve Jansen"),
        ({"displayName": "Eve J.", "name": {"formatted": "Dr Eve Jansen"}}, "Eve J."),
    ],
)
def test_the_name_is_the_one_that_is_shown(fields: dict[str, Any], name: str) -> None:
    assert name_of(made(**fields)) == name


def test_the_rest_is_what_something_uses() -> None:
    user = made(id="s_1", active=False, title="Clerk", preferredLanguage="de-DE")
    user[EnterpriseUser] = EnterpriseUser(
        employee_number="7", department="Finance", manager=Manager.model_validate("s_2")
    )
    person = person_of(user, ["Sales Team"])
    assert (person.external_id, person.is_active, person.title, person.language) == ("s_1", False, "Clerk", "de-DE")
    assert (person.employee_number, person.department, person.manager) == ("7", "Finance", "s_2")
    assert person.groups == {"Sales Team"}
    assert person_of(made(), ()).is_active is True
