"""A listing as what can be compared, and what a ruleset comes to in the real kernel."""

from __future__ import annotations

import json

import pytest
from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.rules import TABLE, rules

from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall import tables
from limen.network.firewalls.limen_firewall.rulesets import Ruleset
from limen.network.firewalls.limen_firewall.tables import intended, listed, live

COUNTED = {"counter": {"packets": 5, "bytes": 300}}


def test_what_counts_and_runs_out_is_left_out_of_a_listing() -> None:
    rule = {**TABLE, "chain": "input", "handle": 4, "expr": [COUNTED, {"accept": None}]}
    element = {"elem": {"val": 22, "timeout": 60, "expires": 12, **COUNTED}}
    said = [{"metainfo": {}}, {"set": {**TABLE, "name": "s", "handle": 2, "elem": [element]}}, {"rule": rule}]
    assert listed(json.dumps({"nftables": said})) == {
        "set s": {"elem": ['{"elem": {"timeout": 60, "val": 22}}']},
        "chain input": [{}, {"expr": [{"counter": None}, {"accept": None}], "comment": ""}],
    }


@pytest.mark.parametrize(
    ("said", "is_there"), [("nft list: Error: No such file or directory", False), ("nft: no", True)]
)
def test_a_table_that_is_not_there_is_no_error(monkeypatch: pytest.MonkeyPatch, said: str, is_there: bool) -> None:
    def fails(*_words: str) -> str:
        raise Wrong(said)

    monkeypatch.setattr(tables, "run", fails)
    if is_there:
        with pytest.raises(Wrong):
            live()
    else:
        assert live() is None


@needs_a_router
def test_a_ruleset_in_the_kernels_words_is_the_same_each_time() -> None:
    found = intended(Ruleset(rules(443)))
    assert {"chain forward", "chain input", "chain deny", "set openings4", "set allowed"} <= set(found)
    assert found == intended(Ruleset(rules(443)))
    assert found != intended(Ruleset(rules(444)))
    with pytest.raises(Wrong):
        intended(Ruleset(rules(443, also=({"rule": {**TABLE, "chain": "x", "expr": []}},))))
