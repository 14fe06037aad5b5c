"""An assessment in words, with names and without them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.assessing.harbor import Harbor
from tests.assessing.made import SMALL, assessment, nothing

from limen.assessing.assessment import assessed
from limen.assessing.kinds import EXPORTS
from limen.assessing.saying import figure_of, how, plain, said
from limen.roadmap.catalogue import CONTROLS


def test_the_same_is_said_as_plain_values(tmp_path: Path) -> None:
    found = assessment(Harbor(people=SMALL, without_factor=frozenset({3})), tmp_path)
    told = plain(found, said(found, has_names=True))
    assert [one["control"] for one in told["controls"]] == [one.id for one in CONTROLS]
    two = next(one for one in told["controls"] if one["control"] == "I2")
    assert (two["figure"], two["grade"], two["is_met"]) == ("11/12", "imported", False)
    assert [one["name"] for one in two["parts"][0]["missed"]] == ["Noor Lindqvist"]
    assert {one["kind"] for one in told["files"]} >= {"people", "dns"}
    assert len(told["steps"]) == 3
    assert json.loads(json.dumps(told)) == told


def test_without_names_nobody_is_named_who_is_on_any_file(tmp_path: Path) -> None:
    harbor = Harbor(people=SMALL, without_factor=frozenset({3}), left_out={"users.json"})
    found = assessment(harbor, tmp_path)
    text = json.dumps(plain(found, said(found, has_names=False)))
    for number in harbor.numbers:
        assert harbor.address(number) not in text
        assert harbor.name(number).split()[0] not in text.replace("Adapt", "").replace("Kimono", "")


def test_figures_say_how_much_of_a_control_is_seen(tmp_path: Path) -> None:
    found = assessment(Harbor(people=SMALL, without_factor=frozenset({3}), left_out={"people.csv"}), tmp_path)
    figures = {one.control.id: figure_of(one.measured) for one in found.roadmap.shown}
    assert figures["I2"] == "at most 11/12"
    assert figures["D4"] == "12/12 in 1 of 2 parts"
    assert figures["I6"] == "unknown"
    assert {figure_of(one.measured) for one in assessed(nothing(), found.told.at).roadmap.shown} == {"unknown"}


def test_how_lists_every_export_in_order() -> None:
    numbered = [one.split(".")[0] for one in how(EXPORTS) if not one.startswith(" ")]
    assert numbered == [str(number) for number in range(1, len(EXPORTS) + 1)]
