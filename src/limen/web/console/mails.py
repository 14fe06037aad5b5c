"""Mail: how it leaves, what waits, what did not arrive; and trying once more."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.mail import store
from limen.web.console.rows import person_name
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Page("/console/people/mail", "Mail", READ, hint="invitations on their way"),
    Route("POST", "/console/people/mail/again", CHANGE, does="Retry the emails"),
)

AT: Final = "/console/people/mail"
MOST_SHOWN: Final = 100
STATES: Final = {"queued": "Waiting", "sent": "Sent", "failed": "Not sent"}
PROBLEMS: Final = {
    "": "",
    "no-connection": "The mail server isn't responding, or doesn't support TLS.",
    "too-slow": "The mail server took too long to respond.",
    "certificate-refused": "The mail server's certificate is not trusted.",
    "sign-in-refused": "The mail server rejected the user name or password.",
    "recipient-refused": "The mail server doesn't accept mail for this address.",
    "sender-refused": "The mail server doesn't accept mail from the address set in [mail].",
    "refused": "The mail server rejected the email.",
    "no-password": "The mail server password can't be read.",
    "password-open-to-others": "Other users can read the password file. Run chmod 600 on it.",
    "outbox-unwritable": "The folder data/outbox isn't writable.",
    "withdrawn": "Its link was replaced or revoked.",
    "expired": "Its link expired before it could be sent.",
    "unreadable": "The stored email can't be decrypted with this server's keys.",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    database = site.ports.database

    @router.get(AT)
    async def everything(request: Request, visit: Authorized) -> Response:
        state = query(request, "state")
        state = state if state in STATES else ""
        found = await database.reading(lambda snapshot: store.recent(snapshot.connection, MOST_SHOWN, state))
        counted = await database.reading(lambda snapshot: store.counted(snapshot.connection))
        return site.page(
            "console/mails.html",
            visit,
            mails=[(one, person_name(site.known, one.person_id)) for one in found],
            counted=counted,
            state=state,
            most=MOST_SHOWN,
            states=STATES,
            problems=PROBLEMS,
            mail=site.ports.settings.mail,
            done={"again": "Waiting emails are being sent now."}.get(query(request, "done"), ""),
        )

    @router.post(f"{AT}/again")
    async def again(visit: Authorized, _sent: Sent) -> Response:
        now = visit.now
        await database.writing(lambda transaction: store.hurry(transaction.connection, now))
        return site.go(visit, AT, done="again")

    return router
