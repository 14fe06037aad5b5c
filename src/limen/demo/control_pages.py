"""The demo's own page: be somebody, ask for something, change a fact, steal a cookie; rendered on this server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from limen.demo.attack_show import AttackShow
from limen.demo.control_panel import Asgi, ControlPanel
from limen.demo.curl_lines import Line
from limen.demo.employees import NotDoneError
from limen.demo.laptops import DEVICES, UNKNOWN
from limen.demo.roles import ROLES, question_of, role_of
from limen.demo.shown_decision import shown
from limen.demo.visitor import EVENING, MORNING, PLACES, Visitor
from limen.errors import LimenError
from limen.events import Event
from limen.facts import LIMEN
from limen.messages import Language
from limen.opaque import new_token
from limen.storage.journal.recent import Live
from limen.web.assets import FOLDER, PREFIX, Assets
from limen.web.console.rows import rows_of, titles_of
from limen.web.localizer import Localizer
from limen.web.middleware import Middleware
from limen.web.pages import environment_of
from limen.web.requests import csrf_of, one, read_form, token_in
from limen.web.site import set_cookie

COOKIE: Final = "__Host-harbor-stage"
MOST_ROWS: Final = 8
MOST_AT_APPS: Final = 4
MOST_WATCHING: Final = 20
HEARTBEAT_SECONDS: Final = 5.0
PROOFS: Final = {
    "passkey": "Sign in with the passkey",
    "password_and_code": "Sign in with password and code",
    "password": "Sign in with a password alone",
}
TIMES: Final = {
    "two": "Two hours later",
    "five": "Five hours later",
    "evening": f"{EVENING}:00 in the evening",
    "morning": f"{MORNING}:00 on the next working day",
}
EFFECTS: Final = {"permit": "permit", "closed": "permit", "challenge": "challenge", "not here": "challenge"}
"""How the answers of the attack's rows look; all others as refusals."""
_NOT_KEPT: Final = {"cache-control": "no-store"}
_HERE: Final = Path(__file__).parent
_TICKET: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable"}


class StagePages:
    """What the demo's host answers. `lines` are for `curl`; `invite` gives a link to enrol with one's own passkey;
    `attack` is begun by a button.
    """

    def __init__(
        self, stage: ControlPanel, visitor: Visitor, lines: Sequence[Line], invite: Any, attack: AttackShow
    ) -> None:
        self._stage = stage
        self._attack = attack
        self._visitor = visitor
        self._limen = visitor.company.limen
        self._lines = lines
        self._invite = invite
        self._assets = Assets(FOLDER, _HERE / "static")
        self._localizer = Localizer(Language.ENGLISH, self._limen.settings.zone)
        self._environment = self._made()
        self._problem = ""
        self._one_at_a_time = asyncio.Lock()
        self._watching: set[Live] = set()
        routes = [
            Route("/", self._show),
            Route("/going", self._going),
            Route("/live", self._live),
            Route("/curl", self._curl),
            Route("/attack", self._attacked),
            Route("/static/{address:path}", self._file),
            Route("/favicon.ico", self._mark),
            Route("/do/{what}", self._do, methods=["POST"]),
        ]
        self.asgi: Asgi = Middleware(Starlette(routes=routes), stage.host)

    # The page

    async def _show(self, request: Request) -> Response:
        visitor, secret = self._visitor, token_in(request, COOKIE)
        is_new, secret = not secret, secret or new_token()
        session, problem = visitor.session, self._problem
        self._problem = ""
        page = self._environment.get_template("stage.html").render(
            csrf=csrf_of(secret),
            roles=ROLES,
            people={role.id: visitor.company.person_of(role.who).name for role in ROLES},
            role=visitor.role,
            session=session,
            now=self._limen.clock.now(),
            problem=problem,
            places=PLACES,
            place=visitor.place,
            proofs=PROOFS,
            times=TIMES,
            devices=DEVICES,
            device=visitor.device,
            last=visitor.last,
            said=await shown(self._limen, visitor.last.decision) if visitor.last else None,
            url=self._address(),
            tab=self._tab(),
            theft=visitor.theft,
            stolen=await self._stolen(),
            at_apps=visitor.at_apps()[:MOST_AT_APPS],
            asking=list(visitor.company.app_sessions.values()),
            rows=self._rows(self._limen.journal.recent(MOST_ROWS, self._is_about_them)),
            most=MOST_ROWS,
            lines=self._lines,
            home=self._limen.settings.public_url,
            origin=self._stage.origin,
        )
        response = HTMLResponse(page)
        if is_new:
            set_cookie(response, COOKIE, secret)
        return response

    def _address(self) -> str:
        last = self._visitor.last
        return self._visitor.company.url(last.question.app, last.question.path) if last else ""

    def _tab(self) -> str:
        """Where the visitor's own browser finds it: begun anew where they sit at a laptop, for what was opened before
        its proof is on no device.
        """
        last, address = self._visitor.last, self._address()
        if (
            last is None
            or self._visitor.device == UNKNOWN
            or last.question.app in {LIMEN, *self._visitor.company.app_sessions}
        ):
            return address
        start = urlencode({"to": last.question.path})
        return f"{self._visitor.company.url(last.question.app, '/.limen/start')}?{start}"

    async def _stolen(self) -> list[tuple[Any, Any]]:
        theft = self._visitor.theft
        if theft is None:
            return []
        tried = [*theft.tried, *([theft.after] if theft.after else [])]
        return [(one, await shown(self._limen, one.decision)) for one in tried]

    # What its buttons do

    async def _do(self, request: Request) -> Response:
        """One button. It ends at the page, or by way of the sign-in host where the browser gets another sign-in."""
        secret = token_in(request, COOKIE)
        try:
            sent = await read_form(request, self._stage.origin, secret)
        except LimenError as wrong:
            return PlainTextResponse(f"{wrong}\n", status_code=403)
        self._visitor.user_agent = request.headers.get("user-agent", "")
        async with self._one_at_a_time:
            try:
                cookies = await self._done(request.path_params["what"], one(sent, "it"))
            except (NotDoneError, LimenError, OSError, TimeoutError) as wrong:
                self._problem = str(wrong)
                cookies = None
            cookies = cookies or self._visitor.cookies_to_hand()
        if isinstance(cookies, str):
            return RedirectResponse(cookies, status_code=303)
        if cookies:
            ticket = self._stage.tickets.issue(cookies)
            return RedirectResponse(f"/going?ticket={ticket}", status_code=303)
        pressed = request.path_params["what"]
        shows = "apps" if pressed == "end" and self._visitor.theft is None else "theft"
        shows = shows if pressed in {"steal", "end"} else "answer"
        return RedirectResponse(f"/#{shows}", status_code=303)

    async def _done(self, what: str, it: str) -> dict[str, str] | str | None:
        visitor = self._visitor
        role = visitor.role
        cookies: dict[str, str] | str | None = None
        if what == "be" and (chosen := role_of(it)) is not None:
            cookies = await visitor.become(chosen)
        elif what == "ask" and role is not None and (question := question_of(role, it)) is not None:
            await visitor.ask(question)
            return None
        elif what == "prove" and role is not None and it in PROOFS:
            cookies = await visitor.become(role, it)
        elif what == "prove" and it == "again":
            cookies = await visitor.prove_again()
        elif what == "place" and it in PLACES:
            visitor.go_to(it)
        elif what == "device" and it in DEVICES:
            cookies = await visitor.sit_at(it)
        elif what == "time" and it in TIMES:
            cookies = await self._let_pass(it)
        elif what == "steal":
            await visitor.steal()
            return None
        elif what == "end":
            await visitor.end_all_sessions()
        elif what == "join":
            return await self._joining()
        elif what == "attack":
            self._attack.begin()
            return "/attack"
        else:
            raise HTTPException(404)
        await visitor.ask_again()
        return cookies

    async def _let_pass(self, it: str) -> dict[str, str] | None:
        """Time goes on. Whose sign-in has ended by then, signs in again as they did, as on any morning."""
        visitor = self._visitor
        then = {
            "two": visitor.later(2),
            "five": visitor.later(5),
            "evening": visitor.next_hour(EVENING),
            "morning": visitor.next_hour(MORNING, on_a_working_day=True),
        }[it]
        was_in = visitor.session is not None
        await visitor.stay_until(then)
        if it == "morning" and visitor.role is not None and was_in:
            return await visitor.become(visitor.role)
        return None

    async def _joining(self) -> str:
        link: str = await self._invite()
        self._joins = link
        return "/going?to=enrol"

    async def _going(self, request: Request) -> Response:
        """After a form's POST: a page of this host that goes on to the sign-in host by itself."""
        ticket = request.query_params.get("ticket", "")
        url = self._stage.arrive_url(ticket)
        if request.query_params.get("to") == "enrol" and self._joins:
            url, self._joins = self._joins, ""
        elif not _TICKET.fullmatch(ticket):
            return RedirectResponse("/", status_code=303)
        return HTMLResponse(self._environment.get_template("going.html").render(url=url, app=None, here="/"))

    _joins = ""

    # Beside the page

    async def _attacked(self, request: Request) -> Response:
        secret = token_in(request, COOKIE)
        page = self._environment.get_template("attack.html")
        csrf = csrf_of(secret) if secret else ""
        return HTMLResponse(page.render(show=self._attack, csrf=csrf, effects=EFFECTS), headers=_NOT_KEPT)

    async def _curl(self, _request: Request) -> Response:
        text = [f"# {line.shows}\n{line.command}\n" for line in self._lines]
        return PlainTextResponse("\n".join(text))

    async def _file(self, request: Request) -> Response:
        asset = self._assets.at(PREFIX + request.path_params["address"])
        if asset is None:
            raise HTTPException(404)
        return Response(asset.body, media_type=asset.media_type, headers=_FOR_EVER)

    async def _mark(self, _request: Request) -> Response:
        return Response(self._assets.named("mark.svg").body, media_type="image/svg+xml")

    async def _live(self, _request: Request) -> Response:
        if len(self._watching) >= MOST_WATCHING:
            return PlainTextResponse("Too many are watching.\n", status_code=503)
        client = self._limen.journal.live()
        self._watching.add(client)
        return StreamingResponse(self._stream(client), media_type="text/event-stream")

    async def _stream(self, client: Live) -> AsyncIterator[str]:
        try:
            yield "retry: 2000\n\n"
            async for event in client.with_pauses(HEARTBEAT_SECONDS):
                if event is None:
                    yield ": still here\n\n"
                elif self._is_about_them(event):
                    (row,) = self._rows([event])
                    yield f"id: {event.id}\nevent: decision\ndata: {' '.join(row.split())}\n\n"
        finally:
            self._watching.discard(client)
            client.close()

    def _is_about_them(self, event: Event) -> bool:
        person = self._visitor.person
        return event.decision is not None and person is not None and event.actor == person.id

    def _rows(self, events: Sequence[Event]) -> list[str]:
        template = self._environment.get_template("_stage_row.html")
        rows = rows_of(events, self._limen.known, titles_of(self._limen.in_force.engine))
        home, by_id = self._limen.settings.public_url, {event.id: event for event in events}
        return [template.render(row=row, home=home, address=by_id[row.id].address) for row in rows]

    def _made(self) -> Environment:
        environment = environment_of(self._localizer)
        if environment.loader is not None:
            environment.loader = ChoiceLoader([FileSystemLoader(_HERE / "templates"), environment.loader])
        environment.globals.update(asset=self._assets.address, company=self._limen.settings.name)
        return environment
