"""Label a document: dropped, looked into, labelled and downloaded; in English, in German, and without any script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.data.labels import made
from tests.journeys.conftest import heading
from tests.web.data.labelled import ACCOUNT, AT, RULES

from limen.data.labels import carriers
from limen.data.labels.marks import PURPOSE, Marks
from limen.data.labels.model import Claim
from limen.data.rules.stated import NO_RULES, DataRules
from limen.facts import Label

DROP = """
([selector, name, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0)), files = new DataTransfer();
  files.items.add(new File([bytes], name));
  for (const kind of ["dragenter", "dragover", "drop"])
    document.querySelector(selector).dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true }));
}
"""


@pytest.fixture
def labelled(harbor: Any) -> Iterator[Any]:
    """Harbor with rules by which documents have labels, for as long as this test takes."""
    known = harbor.limen.known

    async def put(rules: DataRules) -> None:
        known.set_rules(DataRules, rules)

    before = known.rules_of(DataRules) or NO_RULES
    harbor.run(put(RULES))
    yield harbor
    harbor.run(put(before))


def _claim(harbor: Any, path: Path) -> Claim:
    return Marks(harbor.limen.core.keyring.keys_for(PURPOSE)).claim(carriers.read(path.read_bytes()), {})


def _saved(person: Any, button: str) -> tuple[str, Path]:
    with person.page.expect_download() as saved:
        person.page.get_by_role("button", name=button).click()
    return saved.value.suggested_filename, saved.value.path()


def test_a_document_is_dropped_looked_into_lowered_and_seen(labelled: Any, browse: Any, ada: Any) -> None:
    harbor, fin = labelled, browse()
    harbor.arrive(fin, "Finn Berg", "staff", "finance")
    fin.page.goto(f"{harbor.origin}/data")
    fin.page.get_by_role("link", name="Label a document").first.click()
    expect(heading(fin)).to_have_text("Label a document")
    fin.clean_both_ways()
    dropped = ["[data-drop]", "Büro offer.docx", b64encode(made.word(ACCOUNT)).decode()]
    fin.page.evaluate(DROP, dropped)
    expect(fin.page.locator("#counts-as")).to_have_text("Confidential", timeout=60_000)
    expect(fin.page.locator("#looked")).to_contain_text("IBAN")
    assert "0130" not in fin.page.content()
    fin.clean_both_ways()
    fin.page.get_by_label("Internal").check()
    fin.page.get_by_role("button", name="Label it and download").click()  # without a reason nothing is sent
    assert fin.page.evaluate("document.querySelector('[name=why]').validity.valueMissing")
    fin.page.get_by_label("Why may it be lower?").fill("The account is on each invoice")
    name, path = _saved(fin, "Label it and download")
    claim = _claim(harbor, path)
    assert (name, claim.label) == ("Büro offer.docx", Label.INTERNAL)
    assert claim.proven is not None
    assert claim.proven.lowered_from is Label.CONFIDENTIAL

    fin.page.locator("input[type=file]").set_input_files(path)
    expect(fin.page.locator("#says")).to_contain_text("lowered from Confidential")
    expect(fin.page.locator("#says")).to_contain_text("set by you")
    fin.page.goto(f"{harbor.origin}/data")
    expect(fin.page.locator("main")).to_contain_text("from Confidential to Internal")
    fin.clean_both_ways()
    ada.page.goto(f"{harbor.origin}/console/findings?person={harbor.people['Finn Berg']}")
    expect(ada.page.locator("[data-row]")).to_contain_text("The account is on each invoice")
    ada.clean_both_ways()


def test_in_german_whoever_may_not_lower_it_reads_whom_to_ask(labelled: Any, browse: Any) -> None:
    harbor, mia = labelled, browse(locale="de-DE", viewport={"width": 390, "height": 844})
    harbor.arrive(mia, "Mina Kurz", "staff")
    mia.page.goto(f"{harbor.origin}{AT}")
    expect(heading(mia)).to_have_text("Ein Dokument einstufen")
    document = {"name": "Angebot.pdf", "mimeType": "application/pdf", "buffer": made.pdf(ACCOUNT)}
    mia.page.locator("input[type=file]").set_input_files(document)
    expect(mia.page.locator("#counts-as")).to_have_text("Vertraulich", timeout=60_000)
    expect(mia.page.locator("#ask")).to_contain_text("Senken kann sie")
    expect(mia.page.get_by_label("Intern")).to_be_disabled()
    mia.clean_both_ways()
    mia.page.get_by_label("Streng vertraulich").check()
    name, path = _saved(mia, "Einstufen und herunterladen")
    assert (name, _claim(harbor, path).label) == ("Angebot.pdf", Label.RESTRICTED)
    table = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n"}
    mia.page.locator("input[type=file]").set_input_files(table)
    expect(mia.page.locator("#why-not")).to_contain_text("kein Platz")
    expect(mia.page.get_by_role("button", name="Einstufen und herunterladen")).to_have_count(0)
    mia.clean_both_ways()


def test_it_works_without_any_script(labelled: Any, browse: Any) -> None:
    harbor, mia = labelled, browse()
    harbor.arrive(mia, "Mara Lind", "staff")
    state = mia.page.context.storage_state()
    plain = mia.page.context.browser.new_context(java_script_enabled=False, storage_state=state)
    try:
        page = plain.new_page()
        page.goto(f"{harbor.origin}{AT}")
        document = {"name": "offer.docx", "mimeType": "", "buffer": made.word(ACCOUNT)}
        page.locator("input[type=file]").set_input_files(document)
        page.get_by_role("button", name="Look into it").click()
        expect(page.locator("#counts-as")).to_have_text("Confidential", timeout=60_000)
        expect(page.locator("[data-without-script]")).to_be_visible()
        page.locator("input[type=file]").set_input_files(document)
        page.get_by_label("Restricted").check()
        with page.expect_download() as saved:
            page.get_by_role("button", name="Label it and download").click()
        assert _claim(harbor, saved.value.path()).label is Label.RESTRICTED
    finally:
        plain.close()
