"""What an app would be told of somebody, as pages show it: `console/_told.html` is its template."""

from __future__ import annotations

from limen.facts import App, Auth, Factor, Person
from limen.sso.oidc.provider import Provider
from limen.sso.told import Told, told
from limen.web.site import Site


def told_here(site: Site, app: App, person: Person, auth: Auth | None = None) -> Told | None:
    """What this app would be told of this person, whose proof is `auth`; unsaid, that of a passkey used just now.

    None for an app that does not ask Limen.
    """
    provider = site.ports.offers.find(Provider)
    proof = auth or Auth(3, frozenset({Factor.PASSKEY}), site.ports.clock.now())
    return told(app, person, proof, site.ports.settings.sessions, provider.pairwise if provider else None)
