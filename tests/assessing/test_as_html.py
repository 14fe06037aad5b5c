"""The assessment as HTML: whole, without script, with nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from lxml import html
from tests.assessing.harbor import Harbor
from tests.assessing.made import SMALL, assessment

from limen.assessing.as_html import as_html
from limen.assessing.saying import said


def test_every_control_and_section_is_there(tmp_path: Path) -> None:
    found = assessment(Harbor(people=SMALL, without_factor=frozenset({3})), tmp_path)
    page = html.fromstring(as_html(found, said(found, has_names=True)))
    assert [one.get("id") for one in page.iter("section")] == [
        *("steps", "unseen", "seen", "against", "files"),
        *("phase-1", "phase-2", "phase-3", "phase-4"),
    ]
    cells = [one.text_content() for one in page.iter("th", "td")]
    assert {one.control.id for one in found.roadmap.shown} <= {one.split(" ")[0] for one in cells if one}
    assert "Noor Lindqvist" in page.text_content()
    assert not page.xpath("//script|//link|//img|//a|//@onload")
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]


def test_what_an_export_says_is_text_and_no_tag(tmp_path: Path) -> None:
    class Hostile(Harbor):
        def name(self, number: int) -> str:
            return f"<script>{number}</script>"

        def address(self, number: int) -> str:
            return f"a{number}@harbor.example"

    found = assessment(Hostile(people=3, without_factor=frozenset({1}), left_out={"people.csv"}), tmp_path)
    assert b"<script>" not in as_html(found, said(found, has_names=True))
