from __future__ import annotations

from typing import Any

import pytest
from tests.importing.entra.harbor_tenant import APPLICATIONS, PRINCIPALS, assigned, id_of, principal, registration

from limen.company.saml_section import SamlSection, provider_of
from limen.importing.conditions import AllOf, AnyOf, InGroup, Strength
from limen.importing.entra.applications import Registered, key_of, read_app
from limen.importing.entra.directory import Directory, DirectoryGroup, User
from limen.importing.entra.nodes import Node
from limen.importing.entries import entry_of
from limen.importing.model import App
from limen.importing.report import Report, Verdict

DIRECTORY_GROUP = DirectoryGroup(id_of("Finance"), "Finance", frozenset({id_of("maren"), id_of("Inner")}))
INNER = DirectoryGroup(id_of("Inner"), "Inner", frozenset({id_of("rohan")}))


def _read(value: Any, registered: Any = None) -> tuple[App | None, Report]:
    report = Report()
    users = {id_of(one): User(id_of(one)) for one in ("maren", "rohan")}
    directory = Directory(users, {one.id: one for one in (DIRECTORY_GROUP, INNER)}, {})
    told = Registered(Node(value, ("sp",), report), Node(registered, ("app",), report))
    return read_app(told, "wiki", directory), report


def _named(name: str) -> tuple[Any, Any]:
    one = next(each for each in PRINCIPALS if each["displayName"] == name)
    return one, next((each for each in APPLICATIONS if each["appId"] == one["appId"]), None)


def test_an_app_of_openid_connect() -> None:
    app, report = _read(*_named("Customers"))
    assert app is not None
    assert app.oidc is not None
    assert (app.oidc.redirect_uris, app.oidc.is_public) == (("https://crm.harbor.example/signin-oidc",), False)
    assert (app.url, app.name) == ("https://crm.harbor.example/", "Customers")
    items = report.account({"app": _named("Customers")[1]}).items
    assert {one.verdict for one in items if "passwordCredentials" in one.path} == {Verdict.LEFT_OUT}


def test_an_app_in_browsers_has_no_secret() -> None:
    app, _ = _read(*_named("Stock"))
    assert app is not None
    assert app.oidc is not None
    assert app.oidc.is_public


def test_an_app_of_saml() -> None:
    app, _ = _read(*_named("Ledger"))
    assert app is not None
    assert app.saml is not None
    assert app.saml.entity_id == "https://ledger.harbor.example/saml"
    assert [one.url for one in app.saml.consumers] == ["https://ledger.harbor.example/saml/acs"]


@pytest.mark.parametrize("relay", ["", "/books"])
def test_what_is_read_of_an_app_of_saml_is_what_is_written(relay: str) -> None:
    value, registered = _named("Ledger")
    app, _ = _read({**value, "samlSingleSignOnSettings": {"relayState": relay}}, registered)
    assert app is not None
    section = SamlSection.model_validate(entry_of(app, "ledger")["saml"])
    assert provider_of(section) == app.saml
    assert (section.start, section.begin_here) == (relay, True)


@pytest.mark.parametrize("name", ["Old intranet", "Office 365 Exchange Online", "Trello", "Backup job"])
def test_what_people_do_not_sign_in_to_with_limens_help(name: str) -> None:
    app, report = _read(*_named(name))
    assert app is None
    said = [one for one in report.account({"sp": _named(name)[0]}).items if one.path == ("sp",)]
    assert [one.verdict for one in said] == [Verdict.NOT_TRANSLATED]


def test_assignments_mean_direct_members_and_people_by_name() -> None:
    value = principal("Wiki", assigned("Finance"), assigned("rohan", "User"), assigned("robot", "ServicePrincipal"))
    app, _ = _read(value, registration("Wiki", "https://wiki.harbor.example/back"))
    assert app is not None
    groups = AnyOf((InGroup(f"group:{id_of('Finance')}:direct"), InGroup("people:app:wiki")))
    assert app.access[0].when == AllOf((groups, Strength(1)))


def test_without_required_assignment_everybody_may_and_without_assignments_nobody() -> None:
    back = registration("Wiki", "https://wiki.harbor.example/back")
    everybody, _ = _read(principal("Wiki", required=False), back)
    nobody, report = _read(principal("Wiki"), back)
    assert everybody is not None
    assert nobody is not None
    assert (everybody.access[0].when, nobody.access[0].when) == (Strength(1), AnyOf())
    assert "stricter" in {one.effect for one in report.account({}).items}


@pytest.mark.parametrize("unsaid", [{"appRoleAssignmentRequired": None}, {"appRoleAssignmentRequired": "no"}])
def test_where_the_export_does_not_say_whether_an_app_is_assigned_it_is(unsaid: Any) -> None:
    value = {**principal("Wiki", assigned("rohan", "User"), required=False), **unsaid}
    app, report = _read(value, registration("Wiki", "https://wiki.harbor.example/back"))
    assert app is not None
    assert app.access[0].when == AllOf((InGroup("people:app:wiki"), Strength(1)))
    assert [one.path for one in report.account({}).stricter] == [("sp",)]


@pytest.mark.parametrize(
    "address", ["http://wiki.harbor.example/back", "https://*.harbor.example/", "javascript:alert(1)", "x" * 600]
)
def test_addresses_that_limen_does_not_take(address: str) -> None:
    app, _ = _read(principal("Wiki", required=False), registration("Wiki", address))
    assert app is None


def test_keys_are_readable_and_apart() -> None:
    told = Registered(Node(PRINCIPALS[0], ("sp",), Report()), Node(None, ("app",), Report()))
    assert key_of(told, []) == "expenses"
    assert key_of(told, ["expenses"]) == f"expenses-{PRINCIPALS[0]['appId'][:8]}"
