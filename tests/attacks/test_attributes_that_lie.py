"""Attributes of parts that say what they must not: values of another type, of unknown things, of nothing declared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.policy.declaring import ENCRYPTED, LEVEL, PASSING, PATCHED, SAMPLE, composed, declared
from tests.policy.scene import NOW, VIEW, engine_of, facts

from limen.errors import LimenError
from limen.facts import UNKNOWN_DEVICE, Device
from limen.policy import Effect
from limen.policy.attribute import Attribute
from limen.policy.cedar_view import view_of
from limen.policy.replay import replay, write_decision

KNOWN = Device("d1", known=True)
OPENS = """@id("p") permit (principal, action, resource) when {
  context.device.encrypted || context.device.installed.contains("firewall") || context.sample.level > 4 ||
  context.now.durationSince(context.device.patched) < duration("1h") || context.device.managed
};"""


@pytest.mark.parametrize(
    "more",
    [
        {"device.encrypted": "true"},
        {"device.encrypted": 1},
        {"device.installed": "firewall"},
        {"device.installed": ("firewall", 1)},
        {"device.patched": True},
        {"device.patched": "now"},
        {"sample.level": 5},  # of a record of which nothing is known
        {"sample.known": True, "sample.level": 6},
        {"sample.known": 1, "sample.level": 5},
        {"device.managed": True},  # Limen's own attribute, told by the back door
        {"device": True, "": True, ".": True, "context.device.encrypted": True, "auth.strength": 3},
    ],
)
def test_what_is_not_what_was_declared_opens_nothing(more: dict[str, Any]) -> None:
    with declared(ENCRYPTED, PASSING, PATCHED, SAMPLE, LEVEL):
        asked = facts(device=KNOWN, more=tuple(sorted(more.items())))
        assert engine_of(OPENS).decide(VIEW, asked, NOW).effect is Effect.DENY


def test_an_unknown_device_has_nothing_to_show_for_itself() -> None:
    with declared(ENCRYPTED, PASSING, PATCHED):
        told = (("device.encrypted", True), ("device.installed", ("firewall",)), ("device.patched", NOW))
        engine = engine_of(OPENS.replace("context.sample.level > 4 ||", ""))
        assert engine.decide(VIEW, facts(device=KNOWN, more=told), NOW).is_permit
        assert engine.decide(VIEW, facts(device=UNKNOWN_DEVICE, more=told), NOW).effect is Effect.DENY


def test_a_decision_file_can_not_bring_an_attribute_that_nobody_declares() -> None:
    with declared(ENCRYPTED):
        engine = engine_of('@id("p") permit (principal, action, resource) when { context.device.encrypted };')
        body = write_decision(engine, VIEW, facts(device=KNOWN), NOW)
    body["facts"]["more"] = {"device.encrypted": True}
    assert replay(body).decision.effect is Effect.DENY


@pytest.mark.parametrize(
    "path",
    [
        "device.x: Bool, known",
        "device.known",
        "device.x\n",
        "Device.x",
        "device.",
        ".x",
        "context.device.x",
        "now.known",
    ],
)
def test_a_path_can_not_smuggle_anything_into_the_schema(path: str) -> None:
    row: Attribute = replace(ENCRYPTED, path=path)
    with pytest.raises(LimenError, match="declare"):
        composed({"devices": {path: row}})
    assert set(view_of(facts()).record) == {"auth", "session", "device", "place", "risk"}
