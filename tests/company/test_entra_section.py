"""`entra:` in apps.yaml: what is refused, where, and what the plan says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from limen.company.apps_file import read_apps
from limen.company.entra_section import EntraSection, complaints, tenant_of, tenant_openings
from limen.company.revision import _app
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.facts import App, Upstream
from limen.facts.entra_tenant import EntraTenant
from limen.settings import Settings

TENANT, CLIENT = "9d1c7b52-6a0e-4f6e-9c58-1b1f3a6c2d10", "2f6d6b0e-8a53-4c0b-9a55-0d6f6f0c7a21"
OID = "11a04d10-30c2-4a55-8f5e-6a1de20b7c31"
SETTINGS = Settings(name="Harbor", domain="harbor.example", groups={"staff": "Staff"})
APP = App("m", "Microsoft 365", "", Upstream(""), entra=EntraTenant(TENANT, CLIENT))


def section(**said: Any) -> EntraSection:
    return EntraSection.model_validate({"tenant": TENANT, "client_id": CLIENT, **said})


def test_a_good_one_becomes_a_registration() -> None:
    made = section(people={"p_maren": OID}, domains=["harbor.example"], cloud="china")
    assert list(complaints(made)) == []
    tenant = tenant_of(made)
    assert (tenant.tenant, tenant.client_id, tenant.domains) == (TENANT, CLIENT, ("harbor.example",))
    assert tenant.people == ((OID, "p_maren"),)
    assert tenant.issuer == f"https://login.partner.microsoftonline.cn/{TENANT}/v2.0"


def test_nobody_is_found_by_an_address_where_nothing_is_said() -> None:
    assert (tenant_of(section()).domains, tenant_of(section()).people) == ((), ())


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"tenant": "common"}, ("tenant",)),
        ({"tenant": TENANT.upper()}, ("tenant",)),
        ({"tenant": f"{TENANT}/.."}, ("tenant",)),
        ({"client_id": "limen"}, ("client_id",)),
        ({"domains": ["*"]}, ("domains", 0)),
        ({"domains": ["harbor.onmicrosoft.com"]}, ("domains", 0)),
        ({"people": {"maren@harbor.example": OID}}, ("people", "maren@harbor.example")),
        ({"people": {"p_maren": "maren"}}, ("people", "p_maren")),
        ({"people": {"p_maren": OID.upper()}}, ("people", "p_maren")),
        ({"people": {"p_maren": OID, "p_tom": OID}}, ("people", "p_tom")),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(said: dict[str, Any], path: tuple[str | int, ...]) -> None:
    assert [one[0] for one in complaints(section(**said))] == [path]


def test_two_apps_can_not_be_asked_for_as_one() -> None:
    entry = "- id: {0}\n  protocol: entra\n  url: https://x.example/\n  entra: {{tenant: {1}, client_id: {2}}}\n"
    text = entry.format("one", TENANT, CLIENT) + entry.format("two", TENANT, CLIENT)
    apps, problems = read_apps(Tree(read_yaml(text)), SETTINGS, SETTINGS.groups)
    assert [app.id for app in apps] == ["one", "two"]
    assert [problem.line for problem in problems] == [8]


def test_a_revision_knows_it_and_others_keep_their_name() -> None:
    assert _app(APP)["entra"]["tenant"] == TENANT
    assert "entra" not in _app(replace(APP, entra=None))


def test_what_a_change_opens_is_said() -> None:
    was = EntraTenant(TENANT, CLIENT, ("harbor.example",), ((OID, "p_maren"),))
    assert len(list(tenant_openings(APP, None, was))) == 3
    assert list(tenant_openings(APP, was, was)) == []
    assert list(tenant_openings(APP, was, EntraTenant(TENANT, CLIENT))) == []
    for wider in (
        replace(was, domains=("harbor.example", "b.example")),
        replace(was, people=((OID, "p_tom"),)),
        replace(was, tenant=CLIENT),
    ):
        assert len(list(tenant_openings(APP, was, wider))) == 1
