from __future__ import annotations

from limen.sso.shared_signals.kinds import KINDS


def test_each_is_of_the_family_and_names_the_receiver() -> None:
    assert all(one.name.startswith("signals.") and "receiver" in one.shown for one in KINDS)
    assert len({one.name for one in KINDS}) == len(KINDS)
