"""Mia takes a copy and leaves; Ada erases her, and the journal still verifies."""

from __future__ import annotations

import asyncio
import re
import zipfile
from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, heading

from limen.clock import SystemClock
from limen.privacy.erase import carry_out
from limen.storage.journal import verify
from limen.storage.journal.subject_access import events_about


def test_a_copy_then_erasure_and_the_journal_still_verifies(harbor: Any, browse: Any, ada: Any) -> None:
    mia = browse(**PHONE, locale="de-DE")
    harbor.arrive(mia, "Mia Moor", "staff")
    mia.page.goto(harbor.on("wiki"))
    mia.page.goto(harbor.origin + "/records", wait_until="load")
    mia.clean()
    with mia.page.expect_download() as download:
        mia.page.get_by_role("button", name="Eine Kopie herunterladen").click()
    with zipfile.ZipFile(download.value.path()) as copy:
        assert "Mia Moor" in copy.read("account.json").decode()
        assert "Ada" not in copy.read("account.json").decode()
        assert "wiki" in copy.read("events.csv").decode()

    mia_id = harbor.people["Mia Moor"]
    ada.page.goto(f"{harbor.origin}/console/people/{mia_id}", wait_until="load")
    ada.page.get_by_role("link", name=re.compile("[Cc]opy or erase")).click()
    expect(heading(ada)).to_have_text("Copy or erase Mia Moor's data")
    ada.clean()
    ada.page.get_by_label("Reason, without names").fill("left the company")
    ada.page.get_by_label("to confirm").fill("mia.moor@harbor.example")
    ada.page.get_by_role("button", name="Deactivate and erase").click()
    expect(ada.page.get_by_role("status").first).to_contain_text("The person was erased.")
    expect(ada.page.locator("main")).not_to_contain_text("Mia Moor")
    ada.clean()
    mia.page.goto(harbor.origin + "/")
    expect(heading(mia)).to_contain_text("Anmelden")

    limen = harbor.limen
    data = next(harbor.folder.rglob("limen.db")).parent
    carrying = asyncio.to_thread(carry_out, limen.database, limen.journal, data, SystemClock().now())
    harbor.run(carrying)
    stays = {"person.invited", "person.looked_at", "person.erased", "sessions.revoked"}
    assert {event.kind for event in events_about(limen.journal.reader, mia_id)} == stays
    report = verify(data / "journal")
    assert report.ok, report.problems
    assert report.erased >= 5
    ada.page.goto(harbor.origin + "/console/privacy?for=works-council", wait_until="load")
    expect(ada.page.locator("main")).to_contain_text("person.erased")
    ada.clean()
    ada.page.goto(harbor.origin + "/console/privacy?for=employees", wait_until="load")
    ada.page.set_viewport_size({"width": 320, "height": 700})  # a long address in the notice must break there
    assert ada.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
