"""What must not be possible by way of others is not made so by flows that are each right by themselves."""

from __future__ import annotations

from dataclasses import replace

from tests.network.learning.seen import TODAY, contact, offices
from tests.network.networks import flow, harbor, way

from limen.network.learning.counting import Tally
from limen.network.learning.hops import parted
from limen.network.learning.proposing import proposed
from limen.network.model import Never

NEVER = Never("vault", way("office", "vault", "any"), "why", hops=True)
TO_FILES, ON = flow("to-files", way("office", "files")), flow("on", way("files", "vault"))


def test_the_flow_that_would_close_the_way_is_refused() -> None:
    assert parted(harbor(nevers=[NEVER]), [TO_FILES, ON], TODAY) == ([TO_FILES], [(ON, "vault")])
    assert parted(harbor(nevers=[NEVER]), [ON, TO_FILES], TODAY) == ([ON], [(TO_FILES, "vault")])


def test_without_such_a_statement_or_where_it_never_held_nothing_is_refused() -> None:
    assert parted(harbor(nevers=[replace(NEVER, hops=False)]), [TO_FILES, ON], TODAY) == ([TO_FILES, ON], [])
    broken = harbor(flows=[TO_FILES, ON], nevers=[NEVER])
    assert parted(broken, [flow("more", way("office", "erp"))], TODAY)[1] == []


def test_what_is_used_most_is_proposed_and_the_rest_named() -> None:
    used = {**offices("10.20.0.10"), contact("10.20.0.10", "10.60.0.2"): Tally(2, 2)}
    proposal = proposed(harbor(nevers=[NEVER]), used, TODAY)
    assert [one.flow.way.destinations for one in proposal.flows] == [("files",)]
    (forbidden,) = proposal.forbidden
    assert (forbidden.never, forbidden.source, forbidden.destination, forbidden.is_by_others) == (
        "vault",
        "files",
        "vault",
        True,
    )
