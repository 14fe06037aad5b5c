from __future__ import annotations

from limen.clock import HOUR
from limen.data.inventory.controls import Minimum
from limen.data.rules.stated import DataRules, Dictionary, LabelRule
from limen.facts import FactStore, Label
from limen.web.data.needs import names, needs


def test_what_is_more_sensitive_needs_no_less() -> None:
    known = FactStore()
    assert set(needs(known).values()) == {Minimum()}
    labels = LabelRule(Label.INTERNAL, strength=2, encrypted=True), LabelRule(Label.RESTRICTED, session_ms=HOUR)
    known.set_rules(DataRules, DataRules(labels=labels, dictionaries=(Dictionary("boats", "Boats", ("x",)),)))
    found = needs(known)
    assert found[Label.PUBLIC] == Minimum()
    assert found[Label.CONFIDENTIAL] == Minimum(strength=2, encrypted=True)
    assert found[Label.RESTRICTED] == Minimum(strength=2, session_ms=HOUR, encrypted=True)
    assert names(known)["boats"] == "Boats"
