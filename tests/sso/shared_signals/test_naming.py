from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from limen.facts import App, FactStore, Person
from limen.facts.app import Upstream
from limen.sso.shared_signals.naming import person_named
from limen.sso.shared_signals.receivers import SignalReceiver, SubjectFormat
from limen.sso.shared_signals.telling import Teller

TELLER = Teller("https://id.example", lambda person, app: f"{app.id}:{person}")
WIKI = SignalReceiver(id="w", name="W", audience="w", events=(), app="wiki")
IDA = {"format": "email", "email": "ida@harbor.example"}


def known() -> FactStore:
    found = FactStore()
    found.apps["wiki"] = App("wiki", "Wiki", "", Upstream(""))
    for name in ("ida", "tom"):
        found.people.put(Person(f"pe_{name}", name, f"{name}@harbor.example", frozenset()))
    return found


@pytest.mark.parametrize(
    ("subject", "whose"),
    [
        (IDA, "pe_ida"),
        ({"format": "email", "email": "IDA@HARBOR.EXAMPLE"}, "pe_ida"),
        ({"format": "iss_sub", "iss": "https://id.example", "sub": "wiki:pe_tom"}, "pe_tom"),
        ({"format": "iss_sub", "iss": "https://other.example", "sub": "wiki:pe_tom"}, ""),
        ({"format": "iss_sub", "iss": "https://id.example", "sub": "pe_tom"}, ""),
        ({"format": "complex", "user": IDA, "device": {"format": "opaque", "id": "d"}}, "pe_ida"),
        ({"format": "aliases", "identifiers": [IDA, {"format": "email", "email": "tom@harbor.example"}]}, ""),
        ({"format": "opaque", "id": "pe_ida"}, ""),
        ({"format": "email", "email": "nobody@harbor.example"}, ""),
        ({"format": "email"}, ""),
        ("ida", ""),
    ],
)
def test_whom_a_receiver_means(subject: Any, whose: str) -> None:
    found = person_named(msgspec.Raw(msgspec.json.encode(subject)), WIKI, known(), TELLER)
    assert (found.id if found is not None else "") == whose


def test_who_is_told_no_addresses_finds_nobody_by_one() -> None:
    """Else it would leave out one address after the other, and see whose events cease."""
    receiver = replace(WIKI, subject=SubjectFormat.ISS_SUB)
    for subject in (IDA, {"format": "aliases", "identifiers": [IDA]}):
        assert person_named(msgspec.Raw(msgspec.json.encode(subject)), receiver, known(), TELLER) is None
    by_sub = {"format": "iss_sub", "iss": "https://id.example", "sub": "wiki:pe_tom"}
    found = person_named(msgspec.Raw(msgspec.json.encode(by_sub)), receiver, known(), TELLER)
    assert found is not None
    assert found.id == "pe_tom"
