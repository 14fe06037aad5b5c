from __future__ import annotations

import pytest
from tests.monitor.test_monitor_file import the_rules

from limen.errors import LimenError
from limen.monitor.monitor_file import INITIAL
from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.sources.text import with_source

SAID = {"kind": "json", "comes": "http", "products": ["okta"]}
APP = LogSource("json", Way.HTTP, products=("okta",))


@pytest.mark.parametrize("text", ["", "watch: true\n", INITIAL, "sources:\n", "sources: {}\n"])
def test_one_more_source_and_all_else_as_it_was(text: str) -> None:
    after = with_source(text, "app", SAID)
    assert the_rules(after).sources == {"app": APP}
    assert [line for line in text.splitlines() if line.startswith("#") and line not in after] == []


@pytest.mark.parametrize("text", ["a: [", "- 1\n", "sources: [1]\n", "sources: {app: {kind: syslog, comes: http}}\n"])
def test_what_can_not_be_is_refused(text: str) -> None:
    with pytest.raises(LimenError):
        with_source(text, "app", SAID)
