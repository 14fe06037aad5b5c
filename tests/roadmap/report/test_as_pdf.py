from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader
from tests.roadmap.report.made import AROUND, HEAD, control, found, report

from limen.roadmap.model import Part, Phase, Row
from limen.roadmap.report.as_pdf import as_pdf
from limen.roadmap.report.rows import report_of


def pages(content: bytes) -> list[str]:
    return [one.extract_text() for one in PdfReader(BytesIO(content)).pages]


def test_there_is_a_page_for_each_phase_after_the_first() -> None:
    said = pages(as_pdf(report()))
    assert len(said) == 5
    assert HEAD.checkpoint in said[0].replace("\n", "")
    assert "I1=2/2 imported, I2=0/1 measured" in said[1]
    assert "=Customers <b>" in said[1]


def test_the_same_report_is_the_same_file() -> None:
    assert as_pdf(report()) == as_pdf(report())


def test_letters_without_a_glyph_and_endless_words_stop_nothing() -> None:
    rows = tuple(Row(str(number), f"東京{'x' * 4_000}<br>", is_met=False, why="</para>&") for number in range(30))
    made = report_of(found((control("I1", Phase.IDENTITY, Part("rows", rows)),)), AROUND)
    assert len(pages(as_pdf(made))) > 4
