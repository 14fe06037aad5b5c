"""What stays open, asked about by the facts of each moment. Over a real socket: test_guard."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.enforcement.documents.checks import Checks

from limen.clock import SetClock
from limen.enforcement.documents import freshly
from limen.enforcement.documents.freshly import FreshlyAsked
from limen.enforcement.documents.guard import DocumentGuard
from limen.facts import Label
from limen.facts.passing import Channel
from limen.storage.kept_briefly import KeptBriefly


def _device(compliance):
    return SimpleNamespace(device=SimpleNamespace(known=True, managed=True, compliance=compliance))


def test_a_device_that_is_healthy_no_more_and_an_app_that_is_labelled_are_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(freshly, "FACTS_SECONDS", 0.0)
    wiki = SimpleNamespace(id="wiki", label=None)
    known = SimpleNamespace(apps={"wiki": wiki})
    doors = SimpleNamespace(known=known, facts_now=lambda _answer, _address: _device("compliant"))
    answer = SimpleNamespace(app=wiki, session=None, facts=None)
    guard = DocumentGuard(Checks().offer(), KeptBriefly.in_memory(SetClock(0)), b"d" * 32)
    asked = FreshlyAsked(SimpleNamespace(doors=doors), guard, Channel.DOWNLOAD, answer, "203.0.113.9", "n")
    passing = asked.now()
    assert (passing.has_healthy_device, passing.label, passing.name) == (True, None, "n")
    doors.facts_now = lambda _answer, _address: _device("noncompliant")
    known.apps["wiki"] = SimpleNamespace(id="wiki", label=Label.RESTRICTED)
    passing = asked.now()
    assert (passing.has_healthy_device, passing.label) == (False, Label.RESTRICTED)
