from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from typing import Any

import httpx2
import pytest
from tests.importing.entra.harbor_tenant import export, group, id_of
from tests.web.conftest import OUR_PAGE
from tests.web.console.conftest import Console

AT = "/console/import"
REQUIREMENT = id_of("policy CA001: Require multifactor authentication for all users")


def packed(files: dict[str, Any]) -> bytes:
    """A ZIP file with these files of JSON."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in files.items():
            archive.writestr(name, json.dumps(value))
    return written.getvalue()


async def bring(console: Console, content: bytes, system: str = "entra", name: str = "tenant.zip") -> httpx2.Response:
    """The page after the upload, once it was read."""
    await console.ada.get(AT)
    files = {"file": (name, content, "application/octet-stream")}
    form = {"csrf": console.ada.csrf, "system": system}
    return await on(console, await console.ada.client.post(AT, data=form, files=files, headers=OUR_PAGE))


async def on(console: Console, page: httpx2.Response) -> httpx2.Response:
    """Where an answer leads, as a browser follows it, until it is no page that waits."""
    if page.status_code == 303:
        page = await console.ada.get(page.headers["location"])
    for _ in range(900):
        if page.headers.get("refresh") is None:
            return page
        await asyncio.sleep(0.05)
        page = await console.ada.get(page.url.path)
    raise AssertionError(page.text)


def here(page: httpx2.Response) -> str:
    return re.search(r'action="(/console/import/[\w-]+)/propose"', page.text)[1]  # type: ignore[index]


def ticked(page: httpx2.Response, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)" checked', page.text)


async def propose(console: Console, page: httpx2.Response, **otherwise: list[str]) -> httpx2.Response:
    base = re.search(r'name="base" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    parts = {"app": ticked(page, "app"), "requirement": ticked(page, "requirement"), **otherwise}
    sent = {"csrf": console.ada.csrf, "base": base, **parts}
    return await on(console, await console.ada.client.post(f"{here(page)}/propose", data=sent, headers=OUR_PAGE))


async def test_an_export_is_read_reported_and_becomes_a_change(console: Console) -> None:
    page = await bring(console, packed(export()))
    assert ticked(page, "app") == ["expenses", "customers", "ledger", "stock"]
    assert page.text.count("May open more</span>") == 5
    change = await propose(console, page)
    assert change.status_code == 200
    assert str(change.url.path).startswith("/console/changes/")
    assert "entra-ca001" in change.text
    before = console.house.limen.in_force.company
    published = await console.ada.post(f"{change.url.path}/publish", reason="Move in")
    assert published.headers["location"].startswith("/console/revisions")
    after = console.house.limen.in_force.company
    assert before is not None
    assert after is not None
    # Harbor has an app called expenses already, and that one is another.
    assert set(after.all_apps) - set(before.all_apps) == {"customers", "ledger", "stock", "entra-id-expenses"}


async def test_parts_are_chosen_and_what_is_left_away_is_not_written(console: Console) -> None:
    page = await bring(console, packed(export()))
    change = await propose(console, page, app=["stock"], requirement=[REQUIREMENT], accepts=["yes"])
    assert "entra-ca001" in change.text
    assert "entra-ca002" not in change.text
    assert "ledger-only-as-before" not in change.text


async def test_the_report_can_be_narrowed_down(console: Console) -> None:
    page = await bring(console, packed(export()))
    wider = await console.ada.get(f"{here(page)}?show=wider")
    everything = await console.ada.get(f"{here(page)}?show=nothing-there-is")
    assert wider.text.count('<span class="label">approximated</span>') > 0
    assert wider.text.count('<span class="label">translated</span>') == 0
    assert everything.status_code == 200


async def test_the_list_of_people_is_downloaded(console: Console) -> None:
    page = await bring(console, packed(export()))
    sent = {"csrf": console.ada.csrf, "app": ticked(page, "app"), "requirement": ticked(page, "requirement")}
    file = await console.ada.client.post(f"{here(page)}/people", data=sent, headers=OUR_PAGE)
    assert "attachment" in file.headers["content-disposition"]
    assert "maren@harbor.example" in file.text
    assert "olaf@harbor.example" not in file.text  # blocked there


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"{", "tenant.json"),
        (b'{"a": 1}', "tenant.json"),
        (b'{"value": [], "@odata.nextLink": "x"}', "users.json"),
        (b"PK\x03\x04 broken", "tenant.zip"),
        (b"hello", "tenant.exe"),
        (b"", "tenant.json"),
    ],
)
async def test_what_is_no_export_is_said_on_the_page(console: Console, content: bytes, name: str) -> None:
    page = await bring(console, content, name=name)
    assert page.status_code in {200, 400}
    assert "data-problem" in page.text
    assert 'enctype="multipart/form-data"' in page.text


async def test_an_unknown_system_is_none(console: Console) -> None:
    assert (await bring(console, b"{}", system="abacus")).status_code == 400


async def test_a_dropped_import_is_gone(console: Console) -> None:
    page = await bring(console, packed(export()))
    await console.ada.post(f"{here(page)}/drop")
    assert (await console.ada.get(here(page))).status_code == 404


async def test_groups_that_are_called_like_those_of_limen_are_others(console: Console) -> None:
    files = export(groups=[group("administrators", "ada"), group("Finance", "maren")])
    files["servicePrincipals.json"]["value"][3]["appRoleAssignedTo"][0]["principalId"] = id_of("administrators")
    page = await bring(console, packed(files))
    sent = {"csrf": console.ada.csrf, "app": ticked(page, "app"), "requirement": ticked(page, "requirement")}
    file = await console.ada.client.post(f"{here(page)}/people", data=sent, headers=OUR_PAGE)
    groups = {one for line in file.text.splitlines()[1:] for one in line.split(",")[2].split(";")}
    assert "entra-id-administrators" in groups
    assert "administrators" not in groups
