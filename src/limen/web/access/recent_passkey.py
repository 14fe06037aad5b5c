"""A passkey used within five minutes: what whoever approves access needs, and whoever is given it at once."""

from __future__ import annotations

from typing import Final

from limen.access.services import FRESH
from limen.messages import gettext_noop
from limen.web.site import ProofNeededError, Site, TurnedAwayError
from limen.web.visit import SignedInVisit

_NONE: Final = (
    gettext_noop("This requires a passkey, and you don't have one"),
    gettext_noop("add one under Passkeys, and try again"),
)


async def require_recent_passkey(site: Site, visit: SignedInVisit, back: str) -> None:
    """Raises ProofNeededError where the passkey has to be used again, and TurnedAwayError where there is none to use.

    `back` is the page that the form is on.
    """
    auth = visit.session.auth
    if not auth.by_token and auth.strength >= 3 and visit.now - FRESH <= auth.at <= visit.now:
        return
    held = await site.identity.factors.of_person(visit.person.id)
    if not held.passkeys and not site.known.issuers:
        raise TurnedAwayError(site.wrong(visit, 403, *_NONE))
    raise ProofNeededError(back)
