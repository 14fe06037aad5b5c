"""What of a SAML client the report calls translated stands in apps.yaml."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from tests.importing.harbor import export, imported, made

from limen.facts.service_provider import USUAL_ATTRIBUTES, ServiceProvider
from limen.importing.keycloak.saml_claims import read_beginning, read_saml_claims
from limen.importing.report import Report, Verdict

ENTITY = "https://accounting.harbor.example/saml"


def _mapper(kind: str, **config: str) -> dict[str, Any]:
    return {"protocolMapper": kind, "config": {name.replace("_", "."): value for name, value in config.items()}}


MAPPERS = [
    _mapper("saml-user-property-mapper", user_attribute="email", attribute_name="mail"),
    _mapper("saml-group-membership-mapper", attribute_name="memberOf"),
    _mapper("saml-user-property-mapper", user_attribute="firstName", attribute_name="givenName"),
    _mapper("saml-javascript-mapper", attribute_name="computed"),
    _mapper("saml-user-property-mapper", user_attribute="email", attribute_name="x" * 201),
]
BEGINS = {"saml_idp_initiated_sso_url_name": "accounting", "saml_idp_initiated_sso_relay_state": "/books"}


def _client(files: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in files["harbor-realm.json"]["clients"] if one["clientId"] == ENTITY)


def _harbor(drop: tuple[Any, ...] = ()) -> tuple[ServiceProvider, ServiceProvider]:
    """What is read of the client, and what apps.yaml says then; without what stands at `drop`."""
    files = deepcopy(export("keycloak"))
    client = _client(files)
    client["protocolMappers"] = deepcopy(MAPPERS[:2])
    client["attributes"] |= BEGINS
    if drop:
        inner: Any = client
        for key in drop[:-1]:
            inner = inner[key]
        del inner[drop[-1]]
    what = imported("keycloak", files)
    app = next(one for one in what.system.apps if one.saml is not None)
    change = made(what)
    written = next(one for one in change.company.apps if one.id == change.apps[app.key])
    assert app.saml is not None
    assert written.saml is not None
    return app.saml, written.saml


def test_what_is_read_is_what_is_written() -> None:
    read, written = _harbor()
    assert written == read
    assert dict(written.attributes) == {"mail": "email", "memberOf": "groups"}
    assert (written.may_begin_here, written.start) == (True, "/books")


@pytest.mark.parametrize(
    "at",
    [
        ("protocolMappers", 0),
        ("protocolMappers", 1),
        ("attributes", "saml_idp_initiated_sso_url_name"),
        ("attributes", "saml_idp_initiated_sso_relay_state"),
        ("attributes", "saml_name_id_format"),
    ],
)
def test_whatever_counts_as_translated_changes_what_is_written(at: tuple[Any, ...]) -> None:
    assert _harbor(at)[1] != _harbor()[1]


def test_what_limen_does_not_tell_is_said() -> None:
    report = Report()
    client = {"protocolMappers": MAPPERS}
    assert read_saml_claims(client, ("c",), report) == (("mail", "email"), ("memberOf", "groups"))
    items = report.account({"c": client}).items
    lost = {one.path[2] for one in items if one.verdict is Verdict.NOT_TRANSLATED}
    assert lost == {2, 3, 4}


def test_without_mappers_the_usual_is_told_and_the_report_says_so() -> None:
    report = Report()
    assert read_saml_claims({}, ("c",), report) == USUAL_ATTRIBUTES
    assert [one.path for one in report.account({}).items] == [("c",)]


def test_a_relay_state_that_is_too_long_is_none() -> None:
    report = Report()
    client = {"attributes": {**BEGINS, "saml_idp_initiated_sso_relay_state": "x" * 81}}
    assert read_beginning(client, ("c",), report) == (True, "")
    items = report.account({"c": client}).items
    assert {one.path[-1] for one in items if one.verdict is Verdict.NOT_TRANSLATED} == {
        "saml_idp_initiated_sso_relay_state"
    }
    assert read_beginning({"attributes": {"saml_idp_initiated_sso_relay_state": "/x"}}, ("c",), report) == (False, "")
