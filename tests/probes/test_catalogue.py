"""The list of probes."""

from __future__ import annotations

from limen.probes.catalogue import BY_ID, PROBES


def test_each_is_due_before_its_last_run_counts_no_more() -> None:
    assert len(BY_ID) == len(PROBES)
    for one in PROBES:
        assert 2 * one.every <= one.counts_for, one.id
        assert one.title
        assert one.tries
