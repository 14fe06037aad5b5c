"""Changing somebody's access needs a young proof, whatever policy says of looking around."""

from __future__ import annotations

from limen.identity.errors import FreshProofNeededError
from limen.web.site import ProofNeededError, Site
from limen.web.visit import SignedInVisit


async def fresh_proof(site: Site, visit: SignedInVisit, back: str) -> int:
    """Let only a proof from the last ten minutes pass, as strong as this person's factors can give; how strong that is.

    Raises ProofNeededError; `back` is the page that the form is on.
    """
    held = await site.identity.factors.of_person(visit.person.id)
    strength = held.proof_needed
    try:
        site.identity.sessions.freshly_proved(visit.session, strength)
    except FreshProofNeededError:
        raise ProofNeededError(back) from None
    return strength
