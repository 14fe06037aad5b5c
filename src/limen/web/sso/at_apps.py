"""Where somebody is signed in at apps that ask Limen, and where that ended lately: for their own pages and the console.

Its templates are `sso/_at_apps.html` and `console/_at_apps.html`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.facts import App, Session
from limen.sso.logouts import Logouts
from limen.sso.sign_ins import AppSignIn
from limen.sso.told import hears_of_sign_outs
from limen.web.site import Site

AT: Final = "/app-sign-ins"


@dataclass(frozen=True, slots=True)
class Held:
    """A sign-in that lasts, or has ended. `session` is the one that it hangs on, None where it is gone."""

    sign_in: AppSignIn
    app: App | None
    session: Session | None

    @property
    def name(self) -> str:
        return self.app.name if self.app is not None else self.sign_in.app

    @property
    def is_told(self) -> bool:
        """Whether the app hears of its end."""
        return self.app is not None and hears_of_sign_outs(self.app)


@dataclass(frozen=True, slots=True)
class AtApps:
    """One person's sign-ins at apps, each list the newest first."""

    now: tuple[Held, ...]
    ended: tuple[Held, ...]


async def at_apps(site: Site, person_id: str) -> AtApps | None:
    """None where no app can ask this Limen."""
    logouts = site.ports.offers.find(Logouts)
    if logouts is None:
        return None
    now, ended = await logouts.sign_ins_of(person_id), await logouts.ended_sign_ins_of(person_id)
    return AtApps(tuple(_held(site, one) for one in now), tuple(_held(site, one) for one in ended))


def _held(site: Site, sign_in: AppSignIn) -> Held:
    return Held(sign_in, site.known.apps.get(sign_in.app), site.known.sessions.get(sign_in.session_id))
