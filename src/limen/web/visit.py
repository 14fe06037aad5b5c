"""Who is visiting, and what page modules take as arguments: `visit: Authorized` or `Anybody`, and what was `Sent`.

    @router.post("/console/people/{person_id}/groups")
    async def groups(person_id: str, visit: Authorized, sent: Sent) -> Response: ...

Whatever a function asks for, its route was authorized before it runs, as it declares in PAGES.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Any, TypeAlias

from fastapi import Depends
from starlette.requests import Request

from limen.clock import Instant
from limen.enforcement.decision_point import Answer
from limen.facts import Person, Session
from limen.identity.errors import NotLiveError
from limen.identity.model import Visitor
from limen.policy.roles import ADMINISTER
from limen.web.localizer import Localizer
from limen.web.requests import csrf_of, media_type_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody at the sign-in host. `secret` is what their forms' tokens are made from; never shown.

    `here` is the address at which they can look again, `localizer` how they are spoken to. `sent_form`: they pressed
    something. `tied_until`: until when the tie holds that their request came with (0: it had none).
    """

    visitor: Visitor
    now: Instant
    secret: str
    has_new_browser: bool
    here: str
    localizer: Localizer
    sent_form: bool = False
    session: Session | None = None
    person: Person | None = None
    tied_until: Instant = 0

    @property
    def csrf(self) -> str:
        return csrf_of(self.secret)

    @property
    def live_session(self) -> Session:
        """Raises NotLiveError where nobody is signed in."""
        if self.session is None:
            raise NotLiveError
        return self.session

    def let_in(
        self, session: Session, person: Person, answer: Answer, action: str, may: frozenset[str]
    ) -> SignedInVisit:
        own = {one.name: getattr(self, one.name) for one in fields(Visit)}
        return SignedInVisit(**{**own, "session": session, "person": person}, answer=answer, action=action, may=may)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInVisit(Visit):
    """A visit of somebody who is signed in, and whom policy has let in: by `action`, as `answer` says.

    `may`: what else they could do on Limen, at once or after proving again.
    """

    session: Session
    person: Person
    answer: Answer
    action: str
    may: frozenset[str]

    @property
    def may_administer(self) -> bool:
        return ADMINISTER in self.may


async def _authorized(request: Request) -> SignedInVisit:
    """The visit that `Site.admit` let in. Raises AttributeError where nothing was decided."""
    visit: SignedInVisit = request.state.visit
    return visit


async def _anybody(request: Request) -> Visit:
    visit: Visit = getattr(request.state, "visit", None) or request.app.state.site.visit(request)
    return visit


Authorized: TypeAlias = Annotated[SignedInVisit, Depends(_authorized)]
"""Whoever was let in by the permission of this route."""
Anybody: TypeAlias = Annotated[Visit, Depends(_anybody)]
"""Whoever is there, signed in or not: for routes where nothing is decided."""


async def _sent(request: Request, visit: Anybody) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = await request.app.state.site.form(request, visit)
    return fields


async def _sent_json(request: Request, visit: Anybody) -> dict[str, Any]:
    fields: dict[str, Any] = await request.app.state.site.json(request, visit)
    return fields


Sent: TypeAlias = Annotated[dict[str, list[str]], Depends(_sent)]
SentJson: TypeAlias = Annotated[dict[str, Any], Depends(_sent_json)]
"""What a form of ours, or a script of ours, sent. Raises NotOursError, UnreadableError."""


def is_script(request: Request) -> bool:
    """Does a script of ours ask? It is answered in JSON, whatever goes wrong."""
    return media_type_of(request) == "application/json"
