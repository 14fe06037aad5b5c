"""The assessment as lines of a terminal."""

from __future__ import annotations

from pathlib import Path

from tests.assessing.harbor import NOW, Harbor
from tests.assessing.made import SMALL, assessment, nothing

from limen.assessing.as_text import lines
from limen.assessing.assessment import assessed
from limen.assessing.kinds import BY_KIND, Kind
from limen.assessing.saying import said


def test_each_control_has_a_line_with_its_figure(tmp_path: Path) -> None:
    found = assessment(Harbor(people=SMALL, without_factor=frozenset({3}), left_out={"policies.json"}), tmp_path)
    text = list(lines(found, said(found, has_names=True)))
    told = {one.split()[0]: one for one in text if one.startswith("  ") and one.split()[0][1:].isdigit()}
    assert {one.control.id for one in found.roadmap.shown} <= set(told)
    assert told["I2"].endswith("11/12, imported")
    assert any(BY_KIND[Kind.ENTRA_POLICIES].title in one for one in text)


def test_of_nothing_there_is_nothing_but_what_to_export() -> None:
    found = assessed(nothing(), NOW)
    text = "\n".join(lines(found, said(found, has_names=True)))
    assert BY_KIND[Kind.ENTRA_USERS].title in text
    assert "imported" not in text
