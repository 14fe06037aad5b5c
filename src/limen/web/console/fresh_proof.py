"""Changing somebody's access needs a young proof, whatever policy says of looking around."""

from __future__ import annotations

from limen.facts import LIMEN
from limen.identity.errors import FreshProofNeededError
from limen.web.site import Site, TurnedAwayError, back_to
from limen.web.visit import SignedInVisit


async def fresh_proof(site: Site, visit: SignedInVisit, back: str) -> int:
    """Let only a proof from the last ten minutes pass, as strong as this person's factors can give; how strong that is.

    Raises TurnedAwayError with the way to prove it, from which the browser comes back to `back`.
    """
    held = await site.identity.factors.of_person(visit.person.id)
    strength = held.proof_needed
    try:
        site.identity.sessions.freshly_proved(visit.session, strength)
    except FreshProofNeededError:
        raise TurnedAwayError(site.go(visit, "/step-up", app=LIMEN, to=back_to(visit, back))) from None
    return strength
