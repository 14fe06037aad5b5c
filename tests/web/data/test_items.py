from __future__ import annotations

import csv
import io
import json
import re

import pytest
from tests.web.conftest import Browser, House
from tests.web.data.conftest import filled, state

AT = "/console/data/documents"


def paths(page: str) -> list[str]:
    return re.findall(r'<tr id="[^"]+"><td class="break"><strong>([^<]+)</strong>', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["hr/salaries &lt;2026&gt;.csv", "web/flyer.pdf", "web/=cmd.txt", "old/plan.docx"]),
        ("?show=outside", ["web/flyer.pdf", "web/=cmd.txt"]),
        ("?show=above", ["hr/salaries &lt;2026&gt;.csv"]),
        ("?show=stale", ["web/flyer.pdf", "web/=cmd.txt", "old/plan.docx"]),
        ("?show=unread", ["old/plan.docx"]),
        ("?found=iban", ["hr/salaries &lt;2026&gt;.csv"]),
        ("?label=confidential&store=shares", ["hr/salaries &lt;2026&gt;.csv"]),
        ("?store=shares&folder=web", ["web/flyer.pdf", "web/=cmd.txt"]),
        ("?q=FLYER", ["web/flyer.pdf"]),
        ("?store=archive", []),
        ("?start=5000", []),
        ("?label=%27&show=x&q=%25", []),
    ],
)
async def test_documents_are_chosen_by_what_is_wrong(house: House, ada: Browser, query: str, found: list[str]) -> None:
    await filled(house)
    page = await ada.get(AT + query)
    assert page.status_code == 200
    assert paths(page.text) == found


async def test_without_a_store_there_is_nothing_and_a_way_to_begin(house: House, ada: Browser) -> None:
    state(house)
    page = await ada.get(AT)
    assert (paths(page.text), 'href="/console/data"' in page.text) == ([], True)
    assert (await ada.get(f"{AT}.jsonl")).text == ""


async def test_a_list_is_taken_out_and_no_cell_is_a_formula(house: House, ada: Browser) -> None:
    await filled(house)
    answer = await ada.get(f"{AT}.csv?show=outside")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(one["path"], one["audience"], one["shared_with"]) for one in rows] == [
        ("web/flyer.pdf", "anyone", ""),
        ("web/=cmd.txt", "outside", "partner.example"),
    ]
    lines = [json.loads(line) for line in (await ada.get(f"{AT}.jsonl")).text.splitlines()]
    assert len(lines) == 4
    assert lines[0]["found"].endswith(" 24")
    assert answer.headers["content-disposition"] == 'attachment; filename="limen-documents.csv"'
