"""What pages of both protocols show: what an app would be told of somebody, and who is signed in there.

Their templates are `console/_told.html` and `console/_signed_in.html`.
"""

from __future__ import annotations

from collections.abc import Iterable

from limen.facts import App, Auth, Factor, Person, Session
from limen.sso.oidc.provider import Provider
from limen.sso.sign_ins import AppSignIn
from limen.sso.told import Told, told
from limen.web.site import Site


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
