"""States: signed by Limen, for this machine, and none older than the one before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from limen.clock import from_iso
from limen.following.keys import SigningKey, new_secret
from limen.following.program.kept import Kept, Wrong
from limen.following.program.states import States
from limen.following.turns import signed_state

NOW = from_iso("2026-11-27T09:00:00Z")
KEY, NEXT, OTHER = (SigningKey(f"ca_{n}", NOW, new_secret()) for n in range(3))


@pytest.fixture
def states(tmp_path: Path) -> States:
    kept = Kept(str(tmp_path))
    kept.put("config", {"host": "h1", "number": 5, "secret": "s"})
    one = States(kept, "host", "of-hosts")
    one.trust({"signers": [KEY.line]})
    return one


def told(key: SigningKey = KEY, namespace: str = "of-hosts", **about: Any) -> dict[str, Any]:
    said = {"host": "h1", "number": 6, "at": 1, "signers": [KEY.line, NEXT.line], **about}
    state = signed_state(1, said, key, namespace)
    return {"state": state.text, "signature": state.signature}


def test_a_state_is_taken_and_the_keys_that_it_brings_sign_the_next(states: States, tmp_path: Path) -> None:
    with pytest.raises(Wrong):
        states.read(told(NEXT))
    said = states.read(told())
    states.trust(said)
    states.keep(said)
    assert states.read(told(NEXT, number=7))["number"] == 7
    assert Kept(str(tmp_path)).read("config") == {"host": "h1", "number": 6, "at": 1, "secret": "s"}
    with pytest.raises(Wrong):
        states.read(told(number=5))


@pytest.mark.parametrize(
    "wrong",
    [
        told(OTHER),
        told(OTHER, signers=[OTHER.line]),
        told(namespace="of-firewalls"),
        told(number=4),
        told(host="h2"),
        {**told(), "signature": ""},
        {**told(), "signature": told(number=7)["signature"]},
    ],
    ids=["signer", "new signer", "namespace", "older", "another's", "unsigned", "other's"],
)
def test_any_other_is_refused(states: States, wrong: dict[str, Any]) -> None:
    with pytest.raises(Wrong):
        states.read(wrong)


def test_the_first_brings_its_own_keys_and_is_still_for_this_machine(states: States) -> None:
    assert states.read(told(OTHER), is_first=True)["number"] == 6
    with pytest.raises(Wrong):
        states.read(told(OTHER, host="h2"), is_first=True)
