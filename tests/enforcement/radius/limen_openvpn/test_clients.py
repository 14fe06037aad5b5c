"""Who may be in, and what asks them for the next step."""

from __future__ import annotations

from collections import OrderedDict

import pytest

from limen.enforcement.radius.limen_openvpn import clients
from limen.enforcement.radius.limen_openvpn.clients import CALLED, CHALLENGE, place, question, remember, who


def test_what_is_remembered_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "MOST_KEPT", 2)
    kept: OrderedDict[str, None] = OrderedDict()
    for name in "abc":
        remember(kept, name)
    assert list(kept) == ["b", "c"]


def test_who_somebody_is_says_certificate_and_name() -> None:
    assert who({"tls_digest_sha256_0": "AB", "username": "ida"}) != who({"tls_digest_sha256_0": "AB"})
    assert place({"untrusted_ip6": "2001:db8::7"}) == "2001:db8::7"


def test_what_is_asked_is_answered_by_its_state() -> None:
    asked = question("https://limen.harbor.example", "ida", {"number": 47, "state": "abc_-9"})
    assert asked.split(":")[:4] == ["CRV1", "R,E", "abc_-9", "aWRh"]
    answered = CHALLENGE.fullmatch("CRV1::abc_-9::ok")
    assert answered is not None
    assert answered[1] == "abc_-9"


@pytest.mark.parametrize("name", ['ida" kill', "ida\nkill", "", "a" * 255, "a b"])
def test_a_name_is_no_command(name: str) -> None:
    assert not CALLED.fullmatch(name)
