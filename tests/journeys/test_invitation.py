"""From an invitation by mail to the first app: what the administrator does, what the mail says, what opens."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, heading


def mail_to(outbox: Path, address: str, page: Any) -> Any:
    """The mail in the outbox, once the sender wrote it."""
    for _ in range(100):
        for file in outbox.glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            if mail["To"] == address:
                return mail
        page.wait_for_timeout(50)
    raise AssertionError(f"no mail to {address}")


def test_from_an_invitation_by_mail_to_the_first_app(harbor: Any, browse: Any, ada: Any) -> None:
    for number, (name, options) in enumerate((("Noor Haddad", {}), ("Jan Visser", {**PHONE, "locale": "de-DE"}))):
        address = f"new{number}@harbor.example"
        ada.page.goto(harbor.origin + "/console/people/invite")
        ada.page.get_by_label("Name").fill(name)
        ada.page.get_by_label("Email address").fill(address)
        ada.page.locator("input[value=staff]").check()
        ada.page.get_by_role("button", name=re.compile("Send by email|file")).click()
        expect(ada.page.get_by_role("status")).to_contain_text("written to a file")

        mail = mail_to(harbor.folder / "data" / "outbox", address, ada.page)
        text = mail.get_body(("plain",)).get_content()
        assert "Ada Lindqvist" in text
        link = re.search(r"http\S+/enrol#\S+", text)
        assert link is not None
        new = browse(**options)
        new.enrol(link[0])
        expect(heading(new)).to_have_text("Ihre Apps" if "locale" in options else "Your apps")
        new.clean()
        new.page.get_by_role("link", name="Wiki").click()
        expect(heading(new)).to_contain_text("The app on wiki.harbor.localhost")

    ada.page.goto(harbor.origin + "/console/people/mail")
    expect(ada.page.locator("main")).to_contain_text("Emails are written to files in data/outbox")
    ada.clean()


def test_a_list_is_brought_and_looked_at_before_it_counts(harbor: Any, ada: Any) -> None:
    ada.page.set_viewport_size(PHONE["viewport"])
    ada.page.goto(harbor.origin + "/console/people/import")
    ada.clean()
    listed = b"name;email;groups\nEve Jansen;eve@harbor.example;staff\n"
    ada.page.get_by_label("The list", exact=True).set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": listed}
    )
    ada.page.get_by_role("button", name="Show what would change").click()
    expect(ada.page.locator("main")).to_contain_text("1 new")
    ada.clean()
    ada.page.get_by_role("button", name="Import").click()
    expect(heading(ada)).to_have_text("Import finished")
    ada.page.goto(harbor.origin + "/console/people?show=invited")
    expect(ada.page.get_by_role("link", name="Eve Jansen").first).to_be_visible()
    ada.clean()
