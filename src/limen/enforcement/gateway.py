"""The embedded gateway: an ASGI application that decides each request and streams what it permits to its app.

It holds back nothing and adds little: bodies stream both ways, fields that belong to one hop stop here (RFC 9110
section 7.6.1), redirects and cookies are the app's own affair, and who is asking is said by Limen alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from limen.admission import TOO_MANY
from limen.enforcement import answers, authorization, certified_browsers, headers, websockets
from limen.enforcement.addresses import Network, client_address, is_trusted, under
from limen.enforcement.app_login import PREFIX, AppLoginRequest, AppLoginRoutes
from limen.enforcement.assertion import Assertions
from limen.enforcement.brokered.accounts import BrokeredAccounts
from limen.enforcement.certified_browsers import CertifiedBrowsers
from limen.enforcement.cross_site import Sender, sender_of
from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.enforcement.documents import dialogue, stopped_page
from limen.enforcement.documents.guard import DocumentGuard
from limen.enforcement.documents.stops import Stopped
from limen.enforcement.exchange import TOO_MANY_AT_ONCE, Exchange, reply_with
from limen.enforcement.headers import Fields
from limen.enforcement.hosts import plain_host
from limen.enforcement.preflight import Preflight, leave, no_leave, preflight_in
from limen.enforcement.streams import Streams
from limen.enforcement.strict_http import entry_of
from limen.enforcement.upstreams import UpstreamError, Upstreams, unreachable
from limen.events import Event, Outcome
from limen.facts import App

if TYPE_CHECKING:
    import aiohttp

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_STOPPED: Final = stopped_page.PATH.encode()
_CERTIFICATE: Final = headers.CERTIFICATE_FIELD.lower().encode()


class Gateway:
    """`await gateway(scope, receive, send)` for every host that is not the sign-in host."""

    def __init__(
        self,
        *,
        doors: DecisionPoint,
        identity: Assertions,
        app_login_routes: AppLoginRoutes,
        public_url: str,
        trusted: Sequence[Network] = (),
        upstreams: Upstreams | None = None,
        streams: Streams | None = None,
        certificate_domain: str = "",
        certified: CertifiedBrowsers | None = None,
        guard: DocumentGuard | None = None,
        brokered: BrokeredAccounts | None = None,
    ) -> None:
        self.guard = guard
        self.brokered = brokered
        self.certificate_domain = certificate_domain
        self.certified = certified
        self.doors = doors
        self.identity = identity
        self.public_url = public_url
        self.trusted = tuple(trusted)
        self.upstreams = upstreams if upstreams is not None else Upstreams()
        self.streams = streams if streams is not None else Streams(doors)
        self._app_login_routes = app_login_routes
        self._proto = public_url.partition(":")[0].encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await websockets.relay(self, scope, receive, send)

    async def close(self) -> None:
        """Cut what is open, let go of the upstreams, and let what has passed be looked into."""
        self.streams.close()
        await self.upstreams.close()
        if self.guard is not None:
            await self.guard.behind.close()

    def _is_the_certificates_host(self, scope: Scope, fields: Fields) -> bool:
        host = plain_host(headers.first(fields, b"host"))
        return bool(self.certificate_domain) and host == self.certificate_domain and scope["method"] == "GET"

    # What both kinds of request have in common

    def address(self, scope: Scope, fields: Fields) -> str:
        """The client's address: the peer's, or what a trusted peer says of its own."""
        peer = (scope.get("client") or ("", 0))[0]
        forwarded = b", ".join(value for name, value in fields if name == b"x-forwarded-for")
        return client_address(peer, forwarded, self.trusted)

    def certificate(self, scope: Scope) -> tuple[Fields, bytes]:
        """The request's fields without the client certificate that a trusted front says it came with, and that.

        It counts on the hosts alone where fronts ask for one. From anybody else it stays, and is a forgery.
        """
        fields: Fields = list(scope["headers"])
        sent = [value for name, value in fields if name == _CERTIFICATE]
        peer = (scope.get("client") or ("", 0))[0]
        if not sent or (peer and not is_trusted(peer, self.trusted)):
            return fields, b""
        is_asked = under(headers.first(fields, b"host"), self.certificate_domain)
        return [one for one in fields if one[0] != _CERTIFICATE], sent[0] if len(sent) == 1 and is_asked else b""

    def ask(
        self,
        door: str,
        method: str,
        target: bytes,
        fields: Fields,
        address: str,
        sender: Sender | None = None,
        certificate: bytes = b"",
    ) -> Answer:
        """Ask the doors about a request, after what no upstream should have to interpret has been refused."""
        host = headers.first(fields, b"host")
        twice = headers.repeated(fields)
        if twice is not None:
            return self.doors.refuse(
                "field-repeated", door=door, address=address, host=host, detail=twice.decode("ascii", "replace")
            )
        forged = headers.forgery(fields)
        if forged is not None:
            word, name = forged
            detail = name.decode("ascii", "replace")
            self.doors.tell("request.stripped", word, door=door, address=address, host=host, detail=detail)
        said = headers.first(fields, b"authorization")
        presented = authorization.presented(said) if said else None
        if presented is not None and presented.is_basic and _is_browser(fields):
            # A browser sends a password once typed with every request, whoever caused it: that proves nothing.
            self.doors.tell("request.stripped", "token-in-a-browser", door=door, address=address, host=host)
            presented = None
        return self.doors.decide_request(
            door,
            method.encode(),
            host,
            target,
            headers.cookies(fields),
            address,
            presented=presented,
            sender=sender,
            certificate=certificate,
        )

    def sender(self, method: str, fields: Fields) -> Sender | None:
        """Whose page sends a request that may change something."""
        site, origin = headers.first(fields, b"sec-fetch-site"), headers.first(fields, b"origin")
        return sender_of(method.encode(), site, origin, self.public_url)

    def for_upstream(self, answer: Answer, app: App, fields: Fields, address: str) -> Fields:
        """The request's fields as the upstream gets them."""
        host = headers.first(fields, b"host")
        ours = [
            (b"x-forwarded-host", host),
            (b"x-forwarded-proto", self._proto),
            (b"x-forwarded-for", address.encode()),
            *self.identity.fields(answer),
        ]
        if app.upstream.keep_host:
            ours.insert(0, (b"host", host))
        return headers.upstream_request(fields, ours)

    async def open(
        self,
        answer: Answer,
        app: App,
        method: str,
        target: str,
        fields: Fields,
        address: str,
        body: AsyncIterable[bytes] | None,
    ) -> aiohttp.ClientResponse:
        """Send a permitted request on, and wait for the head of its response. Raises UpstreamError."""
        if app.account is None:
            return await self.upstreams.open(app, method, target, self.for_upstream(answer, app, fields, address), body)
        if self.brokered is None:
            raise unreachable(app, "account-unknown")
        origin = answers.app_origin(app.host, self.public_url)
        return await self.brokered.open(app, answer.session, method, target, fields, body, origin)

    def holds_too_much(self, scope: Scope, answer: Answer, address: str) -> bool:
        """Count a permitted request under whoever sent it; True, and journaled, where they have too many in progress.

        What nobody is signed in for stays a stranger's.
        """
        entry, session = entry_of(scope), answer.session
        if entry is None or session is None or entry.belongs_to(session.person_id, session.parent or session.id):
            return False
        self.doors.refuse(TOO_MANY, door="gateway", address=address, app=answer.app, session=session)
        return True

    def failed(self, answer: Answer, app: App, address: str, wrong: UpstreamError) -> None:
        """Journal that an app did not answer."""
        self.doors.journal.record(
            Event(
                at=self.doors.clock.now(),
                kind="upstream.failed",
                outcome=Outcome.FAILURE,
                address=address,
                reason=wrong.word,
                details={"door": "gateway", "app": app.id, "decision": answer.id},
            )
        )

    # Requests

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        fields, certificate = self.certificate(scope)
        address = self.address(scope, fields)
        path: bytes = scope["raw_path"]
        if (
            self.certified is not None
            and path == certified_browsers.PATH
            and self._is_the_certificates_host(scope, fields)
        ):
            await reply_with(send, await self.certified.answer(scope["query_string"], certificate))
            return
        if path.startswith(PREFIX):
            app = self.doors.hosts.app_on(headers.first(fields, b"host"))
            if app is not None and path == _STOPPED and self.guard is not None:
                await reply_with(send, await self._dialogue(self.guard, scope, receive, fields, app, address))
                return
            if app is not None:
                await reply_with(
                    send, await self._app_login_routes.answer(self._app_login_request(scope, fields, app, address))
                )
                return
        target = websockets.target_of(scope)
        asked = preflight_in(scope["method"], fields)
        if asked is not None:
            reply = self._preflight(asked, target, fields, address)
            if reply is not None:
                await reply_with(send, reply)
                return
        sender = self.sender(scope["method"], fields)
        answer = self.ask("gateway", scope["method"], target, fields, address, sender, certificate)
        if not answer.permitted or answer.app is None:
            leads_on = answers.may_lead_on(answer, scope["method"].encode())
            is_navigation = leads_on and headers.first(fields, b"sec-fetch-mode") == b"navigate"
            is_program = bool(headers.first(fields, b"user-agent")) and not _is_browser(fields)
            reply = answers.refusal_reply(
                answer,
                target,
                self.public_url,
                is_navigation=is_navigation,
                is_program=is_program,
                shows_text=authorization.shows_text(headers.first(fields, b"user-agent")),
                sent_another=bool(headers.first(fields, b"authorization")),
            )
            await reply_with(send, reply)
            return
        method = scope["method"]
        exchange = Exchange(self, method, receive, send, answer, answer.app, fields, address, target)
        if self.holds_too_much(scope, answer, address):
            await exchange.refuse(*TOO_MANY_AT_ONCE)
        else:
            await exchange.run()

    def _preflight(self, asked: Preflight, target: bytes, fields: Fields, address: str) -> answers.Reply | None:
        """What Limen says to a preflight from a declared origin; None where it is decided like any other request."""
        if headers.repeated(fields) is not None:
            return None  # which is refused for that
        answer = self.doors.decide_preflight("gateway", headers.first(fields, b"host"), target, asked, address)
        if answer is None:
            return None
        if answer.permitted and answer.app is not None:
            return leave(answer.app, asked)
        if answer.word == "cors-undeclared":
            app = self.doors.hosts.app_on(headers.first(fields, b"host"))
            return no_leave(asked.undeclared(app.cors) if app is not None else asked.method)
        return answers.refusal_reply(answer, target, self.public_url, is_navigation=False)

    async def _dialogue(
        self, guard: DocumentGuard, scope: Scope, receive: Receive, fields: Fields, app: App, address: str
    ) -> answers.Reply:
        """What somebody says of a document of theirs that was stopped."""
        asked = self._app_login_request(scope, fields, app, address)
        request = dialogue.DialogueRequest(
            method=asked.method,
            query=asked.query,
            content_type=headers.first(fields, b"content-type"),
            app=app,
            whom_to_ask=self.whom_to_ask,
            session=self._app_login_routes.session(asked),
            same_origin=asked.same_origin,
            public_url=self.public_url,
            is_by_script=_is_in_the_background(fields),
        )
        return await dialogue.answer(guard, request, receive)

    def whom_to_ask(self, app: App, stopped: Stopped) -> str:
        """Whom somebody may ask about what was stopped, as people read it: whom the rule names, or who owns the app."""
        named = next((one.ask for one in stopped.words if one.ask), app.owner)
        group = self.doors.known.groups.get(named)
        return (group.title if group is not None else "") or named or "Limen"

    def _app_login_request(self, scope: Scope, fields: Fields, app: App, address: str) -> AppLoginRequest:
        origin = headers.first(fields, b"origin").decode("latin-1")
        # Pages that tell nobody where they are (`no-referrer`) send "null" also to their own host (Fetch, section 3.2).
        is_own = origin == "null" and headers.first(fields, b"sec-fetch-site") == b"same-origin"
        return AppLoginRequest(
            method=scope["method"],
            path=scope["raw_path"],
            query=scope["query_string"],
            cookies=headers.cookies(fields),
            app=app,
            address=address,
            user_agent=headers.first(fields, b"user-agent").decode("latin-1")[:300],
            same_origin=is_own or origin == answers.app_origin(app.host, self.public_url),
            fields=fields,
        )


def _is_in_the_background(fields: Fields) -> bool:
    """Whether a browser sends this for a script or a frame (Fetch Metadata), and not for a page that is then seen."""
    mode, dest = headers.first(fields, b"sec-fetch-mode"), headers.first(fields, b"sec-fetch-dest")
    return mode not in {b"", b"navigate"} or dest not in {b"", b"document"}


def _is_browser(fields: Fields) -> bool:
    return authorization.is_browser(headers.first(fields, b"sec-fetch-mode"), headers.first(fields, b"user-agent"))
