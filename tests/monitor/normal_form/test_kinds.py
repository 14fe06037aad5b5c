from __future__ import annotations

from limen.monitor.normal_form.kinds import KINDS, OURS


def test_each_kind_says_what_read_it_and_that_names_one() -> None:
    assert all(kind.mapper == f"{name}/{kind.version}" and "/" not in name for name, kind in KINDS.items())
    assert set(KINDS) > OURS
