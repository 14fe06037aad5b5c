"""What pages of both protocols show: what an app would be told of somebody, and who is signed in there.

Their templates are `console/_told.html` and `console/_signed_in.html`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from limen.facts import App, Auth, Factor, Person, Session
from limen.sso.logouts import Logouts
from limen.sso.oidc.provider import Provider
from limen.sso.sign_ins import AppSignIn
from limen.sso.told import WORDS, Told, told
from limen.web.console.view_audit import audit_person_view
from limen.web.site import Site
from limen.web.visit import SignedInVisit

MOST: Final = 200
"""Sign-ins on one page."""
DONE: Final = {"ended": "That sign-in is over."}


async def about_app(site: Site, visit: SignedInVisit, app: App, email: str) -> dict[str, Any]:
    """What both templates are given: what the app would be told of whoever has this address, and who is in there now.

    That somebody looked at that person is journaled.
    """
    person = next((one for one in site.known.people.values() if email and one.email == email.casefold()), None)
    if person is not None:
        audit_person_view(site, visit, person.id, "told")
    held = await site.ports.offers.take(Logouts).sign_ins_at(app.id)
    return {
        "app": app,
        "email": email,
        "person": person,
        "told": told_here(site, app, person) if person else None,
        "words": WORDS,
        "sign_ins": with_people(site, held[:MOST]),
        "count": len(held),
    }


def told_here(site: Site, app: App, person: Person, auth: Auth | None = None) -> Told | None:
    """What this app would be told of this person, whose proof is `auth`; unsaid, that of a passkey used just now.

    None for an app that does not ask Limen.
    """
    provider = site.ports.offers.find(Provider)
    proof = auth or Auth(3, frozenset({Factor.PASSKEY}), site.ports.clock.now())
    return told(app, person, proof, site.ports.settings.sessions, provider.pairwise if provider else None)


def with_people(site: Site, sign_ins: Iterable[AppSignIn]) -> list[tuple[AppSignIn, Person | None, Session | None]]:
    """Each with its person and its session, None where they are gone."""
    known = site.known
    return [(one, known.people.get(one.person_id), known.sessions.get(one.session_id)) for one in sign_ins]
