"""Exports of Google Workspace."""

from __future__ import annotations

import pytest
from tests.assessing.made import nothing, one, rows

from limen.assessing import google
from limen.assessing.folder import RefusedError
from limen.assessing.kinds import Provider

ADA = (Provider.GOOGLE, "ada@harbor.example")


def test_users_of_the_directory_api() -> None:
    told = nothing()
    user = {"primaryEmail": "Ada@harbor.example", "name": {"fullName": "Ada"}, "isEnrolledIn2Sv": True, "isAdmin": True}
    google.take_users(told, one(**user))
    found = told.accounts[ADA]
    assert (found.name, found.is_admin, found.has_code, found.is_active) == ("Ada", True, True, True)


@pytest.mark.parametrize("more", [{"suspended": True}, {"archived": True}])
def test_who_is_stopped_is_not_active(more: dict[str, bool]) -> None:
    told = nothing()
    google.take_users(told, one(primaryEmail="ada@harbor.example", **more))
    assert not told.accounts[ADA].is_active


def test_users_as_gam_and_the_admin_console_write_them() -> None:
    for text in (
        "primaryEmail,name.fullName,suspended,isEnrolledIn2Sv\nada@harbor.example,Ada L,False,False\n",
        (
            "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],2sv Enrolled"
            " [READ ONLY]\nAda,L,ada@harbor.example,Active,False\n"
        ),
    ):
        told = nothing()
        google.take_users(told, next(iter(rows(text))))
        found = told.accounts[ADA]
        assert (found.name, found.has_code, found.is_active) == ("Ada L", False, True)


def test_a_user_without_an_address_is_refused() -> None:
    with pytest.raises(RefusedError):
        google.take_users(nothing(), one(primaryEmail=""))


def test_tokens_and_the_audit_of_tokens_tell_the_same() -> None:
    told = nothing()
    text = "user,clientId,displayText,scopes\nada@harbor.example,C1,Notes,https://mail.google.com/ openid\n"
    google.take_tokens(told, next(iter(rows(text))))
    parameters = [
        {"name": "client_id", "value": "C1"},
        {"name": "app_name", "value": "Notes"},
        {"name": "scope", "multiValue": ["https://mail.google.com/", "openid"]},
    ]
    events = [{"name": "authorize", "parameters": parameters}, {"name": "revoke", "parameters": parameters}]
    google.take_tokens(told, one(id={"applicationName": "token"}, actor={"email": "ada@harbor.example"}, events=events))
    assert len(told.consents) == 2
    assert told.consents[0] == told.consents[1]
