"""Services that share signals with Limen, in the console: how each stream does, what came, and accounts that wait."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.pillar import SignalledPeople
from limen.sso.shared_signals.event_types import short_name
from limen.sso.shared_signals.receiving import administering, store
from limen.sso.shared_signals.receiving.administering import NothingWaitsError, NotSuspendedError
from limen.sso.shared_signals.receiving.listing import State, listed
from limen.sso.shared_signals.receiving.receiver import Receiver
from limen.sso.shared_signals.receiving.streams import push_address
from limen.storage import Transaction
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.view_audit import audit_view
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/signals-received"
_ICON: Final = "M4 12a8 8 0 0 1 8-8M4 12a8 8 0 0 0 8 8M8 12a4 4 0 0 1 4-4M8 12a4 4 0 0 0 4 4M12 12h8M17 9l3 3-3 3"
PAGES: Final = (
    Page(AT, "Signals received", READ, Menu("Know", 28, _ICON), hint="SSF, CAEP, RISC, security event tokens"),
    Route("POST", f"{AT}/disable", CHANGE, does="Suspend the account, as the service says"),
    Route("POST", f"{AT}/keep", CHANGE, does="Keep the account, whatever the service says"),
)
STATES: Final = {
    State.LACKS_TOKEN: "No token yet",
    State.FAILING: "Not working",
    State.NOT_MADE: "No stream yet",
    State.OFF: "Switched off there",
    State.SILENT: "Silent",
    State.WORKING: "Working",
}
WORDS: Final = {
    "nobody": "nobody here is meant",
    "several": "several people or devices could be meant",
    "not-its-own": "it may not speak of whom it names",
    "narrower": "about a part of an account that Limen does not know",
    "format": "named in a way that Limen does not understand",
    "no-subject": "it does not say whom it means",
    "invalid_request": "not a valid token, or of another time",
    "invalid_key": "signed by no key that its issuer publishes",
    "invalid_issuer": "of another issuer",
    "invalid_audience": "meant for somebody else, or for another stream",
}
"""Why something was refused, or meant nobody."""
_DONE: Final = {"disable": "The account is suspended.", "keep": "The account stays as it is."}


def routes(site: Site) -> APIRouter:
    router, receiver = APIRouter(), site.ports.offers.take(Receiver)
    people = site.ports.offers.take(SignalledPeople)

    async def show(visit: Authorized, done: str = "", problem: LimenError | None = None) -> Response:
        declared = receiver.declared.transmitters
        shown = await site.ports.database.reading(lambda snapshot: listed(snapshot, declared, visit.now))
        return site.page(
            "console/signals_received.html",
            visit,
            shown=shown,
            names=site.known.people,
            states=STATES,
            words=WORDS,
            short_name=short_name,
            kinds=store,
            at=AT,
            done=_DONE.get(done, ""),
            problem=problem,
            addresses={each.id: push_address(site.ports.settings.public_url, each) for each in declared},
        )

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        audit_view(site, visit, "transmitters", "")
        return await show(visit, query(request, "done"))

    async def answer(visit: Authorized, sent: Sent, *, is_disabled: bool) -> Response:
        await fresh_proof(site, visit, AT)
        transmitter, person, word = one(sent, "transmitter"), one(sent, "person"), "disable" if is_disabled else "keep"

        def work(t: Transaction) -> None:
            by = visit.person.id
            administering.answer(t, people, transmitter, person, visit.now, is_disabled=is_disabled, by=by)

        try:
            await site.identity.ports.write(work)
        except NothingWaitsError:
            word = ""  # somebody else has answered
        except NotSuspendedError as error:
            return await show(visit, problem=error)
        return site.go(visit, AT, **({"done": word} if word else {}))

    @router.post(f"{AT}/disable")
    async def disable(visit: Authorized, sent: Sent) -> Response:
        return await answer(visit, sent, is_disabled=True)

    @router.post(f"{AT}/keep")
    async def keep(visit: Authorized, sent: Sent) -> Response:
        return await answer(visit, sent, is_disabled=False)

    return router
