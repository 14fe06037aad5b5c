"""An attack on the report that names nobody: names glued to other words, in other letters, and in every place of it.

The people are invented from letters of which no word of Limen's has three in a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from pypdf import PdfReader
from tests.dial import size
from tests.roadmap.report.made import AROUND, AT, control, found

from limen.clock import DAY
from limen.facts import Person
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.model import Part, Phase, Row
from limen.roadmap.report.as_csv import as_csv
from limen.roadmap.report.as_html import as_html
from limen.roadmap.report.as_oscal import as_oscal
from limen.roadmap.report.as_pdf import as_pdf
from limen.roadmap.report.folded_text import bare, spellings
from limen.roadmap.report.model import Report
from limen.roadmap.report.redaction import Redaction
from limen.roadmap.report.rows import report_of

PART = st.text("qxzwjkvyöüéł", min_size=3, max_size=8)
NAMES = st.lists(PART, min_size=2, max_size=3)
SEPARATORS = st.sampled_from([" ", "-", "'", ". "])
Way = Callable[[str], str]
WRITTEN: tuple[Way, ...] = (
    str,
    str.upper,
    str.title,
    bare,
    lambda part: list(spellings(part))[1],
    "\u00ad".join,
)
JOINED: tuple[Way, ...] = (
    lambda part: part,
    lambda part: f"{part}s laptop",
    lambda part: f"{part}-mbp",
    lambda part: f"{part.title()}sMacBook",
    lambda part: f"{part}_01.harbor.example",
    lambda part: f"mail of {part}01@harbor.example",
)
GLUED: tuple[Way, ...] = (
    *JOINED,
    lambda part: f"{part}smacbook",
    lambda part: f"macbook{part}",
    lambda part: f"a{part}",
    lambda part: f"{part[:2]}-{part[2:]}.pc",
)
FORMS: tuple[Callable[[Report], bytes], ...] = (as_csv, as_html, as_oscal, as_pdf)


def text_of(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return content.decode()


def report_about(person: Person, joined: str, glued: str) -> Report:
    """A report in which whatever others may write names somebody."""
    rows = (Row("crm", glued, is_met=False, why=f"{joined} asked for it"), Row(person.id, person.name, is_met=False))
    parts = (
        Part("apps", rows),
        Part("people", tuple(replace(one, is_personal=True, why=f"seen at {joined}") for one in rows)),
        Part("devices", (), missing=f"connect {joined} first"),
    )
    excepted = tuple(
        RoadmapException(f"rx_{row}", "I1", row, f"{glued} is away", f"{glued} waits", AT + 30 * DAY, person.id, 1)
        for row in ("crm", person.id, "")
    )
    around = replace(AROUND, people={person.id: person}, exceptions=excepted, journaled={})
    return report_of(found((control("I1", Phase.IDENTITY, *parts),)), around)


def said_by(form: Callable[[Report], bytes], report: Report) -> str:
    """Without what stands between words, so that `any key` holds `yke`."""
    return bare("".join(text_of(form(report)).split()).replace("-", ""))


@cache
def said_of_nobody() -> str:
    """What a report says whoever it is about."""
    empty = report_about(Person("p_0", "0000 1111", "0000@harbor.example"), "0000", "1111")
    return " ".join(said_by(form, empty) for form in FORMS)


@given(NAMES, SEPARATORS, st.sampled_from(WRITTEN), st.sampled_from(JOINED), st.sampled_from(GLUED), st.data())
@settings(max_examples=size(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_part_of_a_name_is_left_in_any_form(
    parts: list[str], separator: str, write: Way, join: Way, glue: Way, data: st.DataObject
) -> None:
    name = separator.join(parts)
    assume(not any(typed in said_of_nobody() for one in parts for typed in spellings(one)))
    person = Person("p_qxwzjk", name, f"{parts[0]}.{parts[-1]}@harbor.example")
    part = write(data.draw(st.sampled_from((*parts, name))))
    made = report_about(person, join(part), glue(part))
    for form in FORMS:
        said = said_by(form, made)
        assert not [one for one in (*parts, person.id) for typed in spellings(one) if typed in said]


def test_each_reason_is_searched_for_people_once_however_many_miss_it(monkeypatch: pytest.MonkeyPatch) -> None:
    people = {f"p_{one}": Person(f"p_{one}", f"Name{one} Surname{one}") for one in range(2_000)}
    rows = tuple(
        Row(one.id, one.name, is_met=False, why=f"lacks {number % 7} factors", is_personal=number % 2 == 0)
        for number, one in enumerate(people.values())
    )
    searched: list[str] = []
    search = Redaction._without
    monkeypatch.setattr(
        Redaction, "_without", lambda self, text, by: (searched.append(text), search(self, text, by))[1]
    )
    made = report_of(found((control("I1", Phase.IDENTITY, Part("people", rows)),)), replace(AROUND, people=people))
    (part,) = made.pages[0].lines[0].parts
    assert sum(one.count for one in part.missed) + part.unlisted == len(people)
    assert len(searched) < 100
