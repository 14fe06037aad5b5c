from __future__ import annotations

from dataclasses import replace

from tests.policy.scene import app

from limen.company.askable import askable
from limen.facts import LIMEN, ActionRule, Label
from limen.facts.network_service import NetworkService


def test_what_can_be_asked_of_an_app_is_said_by_what_protects_it() -> None:
    assert askable(app(Label.RESTRICTED, LIMEN)) == ("administer", "audit", "support")
    assert askable(replace(app(), rules=(ActionRule("view", frozenset(), "/**"),))) == ("view",)
    assert askable(replace(app(), network=NetworkService(("erp",), ("ssh",)))) == ("connect",)
