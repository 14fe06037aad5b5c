"""Imports as an attack: exports that lie, make administrators, write policies, or belong to somebody else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.importing.entra.harbor_tenant import export, group, id_of, policy, principal, registration
from tests.web.conftest import OUR_PAGE, browser, house
from tests.web.console.conftest import Console, console
from tests.web.console.test_import_system import AT, REQUIREMENT, bring, here, packed, propose, ticked

from limen.company.company import Company, limen_app
from limen.company.load import load_company
from limen.demo import harbor
from limen.importing.entra.reader import Entra
from limen.importing.importing import change_of, understood
from limen.importing.model import Wishes
from limen.importing.report import Effect
from limen.policy.roles import groups_that_guard

__all__ = ["browser", "console", "house"]


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(harbor.folder())


def imported(files: dict[str, Any], into: Company) -> tuple[Company, str, str]:
    """The company after the import, its list of people, and the text of the policies."""
    done = change_of(understood(Entra(), files, Wishes()), into, Wishes())
    return done.company, done.people, done.changed.get("policies/70-entra.cedar", "")


@pytest.mark.parametrize(
    "name", ["administrators", "break-glass", "Helpdesk", "AUDITORS", "staff", "admini\u0131strators"]
)
def test_no_import_makes_an_administrator(company: Company, name: str) -> None:
    files = export(groups=[group(name, "ada", "olaf", "hugo")])
    files["servicePrincipals.json"]["value"][3]["appRoleAssignedTo"][0]["principalId"] = id_of(name)
    after, people, _ = imported(files, company)
    guarding = groups_that_guard(after.engine().policies, limen_app(after.settings))
    assert guarding == groups_that_guard(company.engine().policies, limen_app(company.settings))
    groups = {one for line in people.splitlines()[1:] for one in line.split(",")[2].split(";")}
    assert not groups & (guarding | set(company.settings.groups))


@pytest.mark.parametrize(
    "title",
    [
        '"); permit (principal, action, resource);',
        'x\n@state("off")\npermit (principal, action, resource);',
        "\u202e;)resource ,action ,principal( timrep",
        "// \u2028 permit",
        "A" * 5_000,
        "",
    ],
)
def test_names_write_no_policy_no_app_and_no_group(company: Company, title: str) -> None:
    evil = principal(title, required=False)
    files = export(
        conditionalAccessPolicies=[policy(title, grantControls={"operator": "OR", "builtInControls": ["mfa"]})],
        servicePrincipals=[evil],
        applications=[registration(title, "https://evil.harbor.example/back")],
    )
    after, _, text = imported(files, company)
    own = [one for one in after.policies.sources if one not in company.policies.sources]
    assert len(own) == 3  # a permit and a guard for the app, and the requirement
    assert text.count("permit (\n") == 1


def test_an_app_that_calls_itself_limen_is_another(company: Company) -> None:
    files = export(
        conditionalAccessPolicies=[],
        servicePrincipals=[principal("Limen", required=False)],
        applications=[registration("Limen", "https://evil.harbor.example/back")],
    )
    after, _, text = imported(files, company)
    assert 'resource == App::"limen"' not in text
    assert set(after.all_apps) - set(company.all_apps) == {"entra-id-limen"}


def test_a_policy_that_reads_like_nothing_graph_documents_opens_nothing_unsaid(company: Company) -> None:
    odd = policy("Odd", grantControls={"operator": "XOR", "builtInControls": ["mfa", 7]}, state="maybe")
    odd["conditions"]["users"] = "everybody"
    found = understood(Entra(), export(conditionalAccessPolicies=[odd]), Wishes())
    assert found.account.values > 0
    assert all(one.mode == "enforce" for one in found.system.requirements)


@pytest.mark.parametrize(
    "content",
    [
        b'{"users": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"users": [], "users": [{"id": "twice"}]}',
        b'{"users": [{"id": "\xff\xfe"}]}',
        b'{"users": [NaN]}',
        b'{"users": [{"id": 1' + b"0" * 5_000 + b"}]}",
    ],
    ids=["deep", "twice", "bytes", "no number", "long number"],
)
async def test_hostile_files_are_refused_or_read_and_nothing_else_happens(console: Console, content: bytes) -> None:
    page = await bring(console, content, name="tenant.json")
    assert page.status_code in {200, 400}
    assert (await console.ada.get(AT)).status_code == 200


async def test_another_administrators_import_is_none(console: Console) -> None:
    page = await bring(console, packed(export()))
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff", "administrators")
    await eve.get(AT)
    where = here(page)
    assert (await eve.get(where)).status_code == 404
    for action in ("propose", "people", "drop"):
        assert (await eve.post(f"{where}/{action}", app="stock")).status_code == 404
    assert (await console.ada.get(where)).status_code == 200


@pytest.mark.parametrize("groups", [("staff",), ("staff", "auditors"), ("staff", "helpdesk")])
async def test_whoever_does_not_administer_imports_nothing(console: Console, groups: tuple[str, ...]) -> None:
    page = await bring(console, packed(export()))
    noa = console.house.browser()
    await console.house.member(noa, "Noa", *groups)
    for path in (AT, here(page)):
        assert (await noa.get(path)).status_code in {303, 403, 404}
    files = {"file": ("t.json", b"{}", "application/json")}
    sent = await noa.client.post(AT, data={"csrf": noa.csrf, "system": "entra"}, files=files, headers=OUR_PAGE)
    assert sent.status_code in {303, 400, 403, 404}
    assert not sent.headers.get("location", "").startswith(AT)


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {**OUR_PAGE, "sec-fetch-site": "cross-site"}])
async def test_forms_of_others_are_refused(console: Console, headers: dict[str, str]) -> None:
    page = await bring(console, packed(export()))
    sent = {"csrf": console.ada.csrf, "app": ["stock"]}
    files = {"file": ("t.json", b'{"users": []}', "application/json")}
    for answer in (
        await console.ada.client.post(f"{here(page)}/propose", data=sent, headers=headers),
        await console.ada.client.post(AT, data={**sent, "system": "entra"}, files=files, headers=headers),
    ):
        assert answer.status_code in {400, 403}
    stale = {**sent, "csrf": "x"}
    assert (await console.ada.client.post(f"{here(page)}/drop", data=stale, headers=OUR_PAGE)).status_code in {400, 403}


async def test_secrets_are_on_no_page_and_in_no_change(console: Console) -> None:
    page = await bring(console, packed(export()))
    change = await propose(console, page)
    file = await console.ada.client.post(
        f"{here(page)}/people", data={"csrf": console.ada.csrf, "app": ticked(page, "app")}, headers=OUR_PAGE
    )
    for text in (page.text, change.text, file.text):
        assert "never-shown" not in text


async def test_what_is_left_away_is_told_before_it_opens_something(console: Console) -> None:
    page = await bring(console, packed(export()))
    warned = await propose(console, page, requirement=[REQUIREMENT])
    assert (warned.status_code, 'name="accepts"' in warned.text) == (400, True)
    accepted = await propose(console, page, requirement=[REQUIREMENT], accepts=["yes"])
    assert accepted.url.path.startswith("/console/changes/")


def test_an_export_of_another_kind_makes_no_sense_of_itself(company: Company) -> None:
    files = export(users=[json.loads('{"id": {"a": 1}}'), {"id": "x" * 10_000}])
    found = understood(Entra(), files, Wishes())
    assert re.fullmatch(r"\d+", str(found.account.values))
    assert Effect.STRICTER in {one.effect for one in found.account.items}
    assert imported(files, company)[1].count("\n") == 1
