"""What was never read is silent."""

from __future__ import annotations

from limen.roadmap.identity.evidence import IdentityEvidence, ListOfPeople


def test_a_list_that_was_never_read_is_silent_and_so_is_one_that_was_not_for_long() -> None:
    assert ListOfPeople("hr").is_silent(9)
    assert ListOfPeople("hr", read_at=1, silent_after=5).is_silent(9)
    assert not ListOfPeople("hr", read_at=5, silent_after=5).is_silent(9)


def test_nothing_is_known_at_first() -> None:
    empty = IdentityEvidence()
    assert (empty.held, empty.accounts, empty.sign_ins, empty.decided, empty.departures) == (None,) * 5
