"""From the sign-in host to an app's host: `/.limen/start`, a code, `/.limen/callback`, and `/.limen/sign-out`.

The browser that starts gets a secret cookie on the app's host; the code that comes back is good once, for 30 s, for
that cookie, app and session. So a code that leaks is useless elsewhere, and a callback can't be forged into somebody
else's browser (login CSRF).
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from re import compile as pattern
from typing import Final
from urllib.parse import parse_qs, urlencode

from limen.browser_state import BrowserStates, StateRefusedError
from limen.clock import Instant
from limen.enforcement import answers
from limen.enforcement.assertion import Assertions
from limen.enforcement.browser_keys import BrowserKeys, asked_in, tie_cookie
from limen.enforcement.decision_point import APP_COOKIE, DecisionPoint
from limen.enforcement.headers import Fields, TwiceError, cookie
from limen.enforcement.paths import local_path
from limen.errors import LimenError
from limen.facts import App, Session, SessionState
from limen.messages import gettext_noop
from limen.opaque import new_token
from limen.pillar import AppSessions
from limen.storage.errors import StorageError

PREFIX = b"/.limen/"
START_COOKIE = b"__Host-limen-start"
BROWSER_KEY_PATH: Final = "/.limen/browser-key"
CODE_LIVES_SECONDS = 30
BINDING_LIVES_SECONDS = 600

_TOKEN = pattern(rb"[A-Za-z0-9_-]{43}")


class AppLoginRefusedError(LimenError):
    """The sign-in to an app can't go on; `word` names why for the journal."""

    def __init__(self, word: str) -> None:
        super().__init__("this sign-in to the app can't be completed", "open the app again and sign in from there")
        self.word = word


_PURPOSE: Final = "app-login"
_WORDS: Final = {
    "unknown": "code-unknown",
    "expired": "code-expired",
    "of-another-purpose": "code-of-another-purpose",
    "of-another-browser": "binding-foreign",
}


class AppLogins:
    """The codes that are on their way from the sign-in host to an app's host: each is a state of one browser."""

    def __init__(self, *, states: BrowserStates, public_url: str) -> None:
        self._states = states
        self._public_url = public_url

    async def issue(self, session: Session, app_id: str, bind: str, to: str, *, tied_until: Instant = 0) -> str:
        """A code for the browser whose binding cookie hashes to `bind`. `session` is a live sign-in session, and
        `tied_until` the end of the tie that this browser came with (0: it had none).

        Raises AppLoginRefusedError when `bind` or `to` is not what `/.limen/start` gives, StorageError.
        """
        if not _TOKEN.fullmatch(bind.encode("utf-8", "replace")):
            raise AppLoginRefusedError("bind-malformed")
        where = local_path(to)
        if where is None:
            raise AppLoginRefusedError("open-redirect")
        stands_for = {
            "session": session.id,
            "app": app_id,
            "to": where,
            "tied_until": str(tied_until),
        }
        return await self._states.issue(_PURPOSE, bind.encode(), stands_for, CODE_LIVES_SECONDS)

    def callback_url(self, app: App, code: str) -> str:
        """Where the browser takes the code: on the app's own host, never on one that a client named."""
        return f"{answers.app_origin(app.host, self._public_url)}/.limen/callback?{urlencode({'code': code})}"

    async def redeem(self, code: bytes, app_id: str, binding: bytes) -> tuple[str, str, Instant]:
        """The sign-in session and the path a good code stands for, and until when the tie holds that it was asked for
        with (0: with none). The code is spent, whatever comes of it.

        Raises AppLoginRefusedError, StorageError.
        """
        try:
            stands_for = await self._states.take(_PURPOSE, bind_of(binding) if binding else b"", code)
        except StateRefusedError as refused:
            raise AppLoginRefusedError(_WORDS[refused.word]) from None
        if stands_for["app"] != app_id:
            raise AppLoginRefusedError("code-of-another-app")
        return stands_for["session"], stands_for["to"], int(stands_for["tied_until"])


@dataclass(frozen=True, slots=True)
class AppLoginRequest:
    """A request to `/.limen/…` on an app's host."""

    method: str
    path: bytes
    query: bytes
    cookies: bytes
    app: App
    address: str
    user_agent: str = ""
    same_origin: bool = False
    fields: Fields = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLoginRoutes:
    """Answers `/.limen/*` on every app's host. `keys` has the public keys that are shown there."""

    doors: DecisionPoint
    app_logins: AppLogins
    keys: Assertions
    sessions: AppSessions
    public_url: str
    browser_keys: BrowserKeys | None = None

    async def answer(self, request: AppLoginRequest) -> answers.Reply:
        """What Limen itself says on the app's host; 404 for paths that mean nothing."""
        if request.path == b"/.limen/start" and request.method == "GET":
            return self._start(request)
        if request.path == b"/.limen/callback" and request.method == "GET":
            return await self._callback(request)
        if request.path == b"/.limen/sign-out" and request.method in {"GET", "POST"}:
            return await self._sign_out(request)
        if request.path == BROWSER_KEY_PATH.encode() and request.method == "POST" and self.browser_keys is not None:
            own = answers.app_origin(request.app.host, self.public_url)
            return await self.browser_keys.answer(
                self.session(request), asked_in(request.fields, BROWSER_KEY_PATH, own)
            )
        if request.path == b"/.limen/keys" and request.method == "GET":
            return answers.json_reply(200, self.keys.published(), cache="public, max-age=300")
        return answers.json_reply(404, {"error": "not_found"})

    def _start(self, request: AppLoginRequest) -> answers.Reply:
        to = _parameter(request.query, "to")
        where = local_path(to or request.app.start)
        if where is None:
            self._refused(request, "open-redirect")
            return answers.page_reply(
                400,
                gettext_noop("This link leads to another site"),
                gettext_noop("Limen didn't follow it."),
                link="/",
                label=gettext_noop("Open the app"),
            )
        if where.encode().startswith(PREFIX):
            where = request.app.start
        binding = _good_token(request.cookies, START_COOKIE) or new_token().encode()
        asked = urlencode({"app": request.app.id, "to": where, "bind": bind_of(binding).decode()})
        return answers.go_on(
            f"{self.public_url}/open?{asked}", (_set_cookie(START_COOKIE, binding, BINDING_LIVES_SECONDS),)
        )

    async def _callback(self, request: AppLoginRequest) -> answers.Reply:
        code = _parameter(request.query, "code").encode("utf-8", "replace")
        try:
            binding = _good_token(request.cookies, START_COOKIE)
            session_id, to, tied_until = await self.app_logins.redeem(code, request.app.id, binding)
            known = self.doors.known
            state = known.session_state(known.sessions.get(session_id), "", self.doors.clock.now())
            if state is not SessionState.LIVE:
                raise AppLoginRefusedError(state)
            token = await self.sessions.open(
                session_id, request.app.id, request.address, request.user_agent, tied_until=tied_until
            )
        except StorageError:
            self._refused(request, "session-not-opened", kind="session.hand_over_refused")
            return answers.later_reply("/.limen/start")
        except LimenError as wrong:
            word = wrong.word if isinstance(wrong, AppLoginRefusedError) else "session-not-opened"
            self._refused(request, word, kind="session.hand_over_refused")
            return answers.page_reply(
                400,
                gettext_noop("This sign-in didn't start here"),
                gettext_noop(
                    "It was started in another browser, has already been used, or took too long. Nothing was changed."
                ),
                link="/.limen/start",
                label=gettext_noop("Open {app} again"),
                app=request.app.name,
            )
        return answers.go_on(to, (_set_cookie(APP_COOKIE, token.encode(), None), *await self._ties(token)))

    async def _ties(self, token: str) -> list[tuple[bytes, bytes]]:
        """What ties the session that has just been opened to its browser, now and from now on."""
        session, now = self.doors.known.session(sha256(token.encode()).digest()), self.doors.clock.now()
        ties: list[tuple[bytes, bytes]] = []
        if session is None:
            return ties
        if session.bound_until > now:
            good_for = session.bound_until - now
            ties.append(tie_cookie(self.doors.tied.ties.give(session.id, now, good_for), good_for))
        if self.browser_keys is not None and not session.tied_from and self.public_url.startswith("https:"):
            with suppress(StorageError):  # it goes on without, as in a browser that has no such keys
                ties.append(await self.browser_keys.invitation(session.id, BROWSER_KEY_PATH))
        return ties

    async def _sign_out(self, request: AppLoginRequest) -> answers.Reply:
        session = self.session(request)
        if session is None:
            return self._signed_out(gettext_noop("Nobody is signed in here."))
        if request.method != "POST" or not request.same_origin:
            return answers.page_reply(
                200,
                gettext_noop("Sign out?"),
                gettext_noop("This signs you out of {app} and all other apps."),
                app=request.app.name,
                form="/.limen/sign-out",
                label=gettext_noop("Sign out"),
            )
        await self.sessions.end(session.parent or session.id)
        reply = self._signed_out(gettext_noop("From this app and all others."))
        return answers.Reply(reply.status, (*reply.fields, _set_cookie(APP_COOKIE, b"", 0)), reply.body)

    def _signed_out(self, text: str) -> answers.Reply:
        title, label = gettext_noop("You are signed out"), gettext_noop("Sign in")
        return answers.page_reply(200, title, text, link=self.public_url, label=label)

    def session(self, request: AppLoginRequest) -> Session | None:
        """The live session of this app that a request came with."""
        token = _good_token(request.cookies, APP_COOKIE)
        session = self.doors.known.session(sha256(token).digest()) if token else None
        state = self.doors.known.session_state(session, request.app.id, self.doors.clock.now())
        return session if state is SessionState.LIVE else None

    def _refused(self, request: AppLoginRequest, word: str, kind: str = "request.refused") -> None:
        self.doors.tell(kind, word, door="hand-over", address=request.address, host=request.app.host.encode())


def bind_of(binding: bytes) -> bytes:
    """What the sign-in host is told of a binding token: the base64url of its SHA-256, without padding."""
    return urlsafe_b64encode(_hash(binding)).rstrip(b"=")


def _hash(secret: bytes) -> bytes:
    return sha256(secret).digest()


def _good_token(cookies: bytes, name: bytes) -> bytes:
    try:
        value = cookie(cookies, name)
    except TwiceError:
        return b""
    return value if _TOKEN.fullmatch(value) else b""


def _parameter(query: bytes, name: str) -> str:
    """The one value of a query parameter; "" where it is missing, repeated or beyond all measure."""
    if len(query) > 8_192:
        return ""
    values = parse_qs(query.decode("latin-1"), max_num_fields=16).get(name, [])
    return values[0] if len(values) == 1 else ""


def _set_cookie(name: bytes, value: bytes, max_age: int | None) -> tuple[bytes, bytes]:
    age = b"" if max_age is None else b"; Max-Age=%d" % max_age
    return b"set-cookie", b"%b=%b; Path=/; Secure; HttpOnly; SameSite=Lax%b" % (name, value, age)
