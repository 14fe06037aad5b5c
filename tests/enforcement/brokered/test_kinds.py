"""Events of shared accounts."""

from __future__ import annotations

from limen.enforcement.brokered.kinds import KINDS


def test_each_names_the_app_and_only_uses_are_a_persons_own() -> None:
    assert all("app" in kind.shown for kind in KINDS)
    own = {kind.name for kind in KINDS if kind.topic.owner == "person"}
    assert own == {"brokered.signed_in", "brokered.sign_in_failed"}
