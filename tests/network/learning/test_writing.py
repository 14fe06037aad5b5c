"""A proposal as text that can be pasted."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ruamel.yaml import YAML
from tests.golden import Expected
from tests.network.learning.seen import TODAY, contact, offices, tally
from tests.network.networks import harbor

from limen.network.learning.proposing import proposed
from limen.network.learning.writing import as_yaml

BERLIN = ZoneInfo("Europe/Berlin")


def test_it_is_yaml_that_says_what_each_flow_rests_on(expected: Expected) -> None:
    used = {
        **offices("10.21.0.4"),
        contact("10.10.0.10", "fd00:20::77".replace("fd00:20::77", "10.20.0.77"), 8_080, person="p_ida"): tally(),
        contact("fd00:10::7", "fd00:20::77", 50_000, 17): tally(1),
    }
    text = as_yaml(proposed(harbor(), used, TODAY), BERLIN, {"p_ida": "Ida Brandt"})
    expected(text)
    read = YAML(typ="safe").load(text)
    assert set(read) == {"hosts", "services", "flows"}
    assert {one["owner"] for one in read["flows"]} == {""}


def test_nothing_new_is_no_text() -> None:
    assert as_yaml(proposed(harbor(), {}, TODAY), BERLIN, {}) == ""
