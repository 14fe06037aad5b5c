"""An administrator moves in from Entra ID: an export is uploaded, read, chosen from, proposed and published."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from tests.importing.entra.harbor_tenant import export
from tests.journeys.conftest import heading, into_the_console
from tests.web.console.test_import_system import packed


def test_a_tenant_becomes_apps_and_policies(own_harbor: Any, browse: Any) -> None:
    ada = browse()
    own_harbor.open(ada)
    into_the_console(ada, own_harbor.origin)
    page = ada.page
    page.goto(f"{own_harbor.origin}/console/apps")
    page.get_by_role("link", name="Import", exact=True).click()
    ada.clean_both_ways()
    page.get_by_role("radio", name="Entra ID").check()
    tenant = {"name": "tenant.zip", "mimeType": "application/zip", "buffer": packed(export())}
    page.get_by_label("The export").set_input_files(files=[tenant])
    page.get_by_role("button", name="Read the export").click()
    expect(heading(ada)).to_have_text("Import from Entra ID", timeout=60_000)
    expect(page.locator("#wider .items > li")).to_have_count(5)
    ada.clean_both_ways()
    page.get_by_role("link", name="May open more").click()
    expect(page.locator("#report .label").first).to_be_visible()

    page.get_by_role("checkbox", name="CA001: Require multifactor authentication for all users").uncheck()
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("checkbox", name="Go on without them")).to_be_visible()
    ada.problems.clear()  # the browser says of itself that the form was refused
    ada.clean_both_ways()
    page.get_by_role("checkbox", name="CA001: Require multifactor authentication for all users").check()
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_label("Why")).to_have_value("Move in from Entra ID", timeout=120_000)
    ada.clean_both_ways()
    page.get_by_role("button", name="Publish").click()
    expect(page).to_have_url(f"{own_harbor.origin}/console/revisions?done=published", timeout=120_000)
    page.goto(f"{own_harbor.origin}/console/apps/ledger")
    expect(heading(ada)).to_have_text("Ledger")
