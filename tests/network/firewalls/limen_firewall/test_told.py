"""What is kept of what Limen told; what is refused of it: tests/attacks/test_firewalls.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.network.firewalls.rules import rules

from limen.following.program.kept import Wrong, write
from limen.network.firewalls.limen_firewall.places import KEPT
from limen.network.firewalls.limen_firewall.rulesets import Ruleset
from limen.network.firewalls.limen_firewall.told import confirmed, ruleset_file


def test_what_was_confirmed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KEPT, "folder", tmp_path)
    assert confirmed() is None
    digest = Ruleset(rules(443)).digest
    write(ruleset_file(digest), rules(443))
    KEPT.put("confirmed", {"digest": digest})
    kept = confirmed()
    assert kept is not None
    assert kept.digest == digest


@pytest.mark.parametrize("digest", ["", "..", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_a_ruleset_has_no_other_place(digest: str) -> None:
    with pytest.raises(Wrong):
        ruleset_file(digest)
