"""Each person's own session at a vendor's site, signed in by Limen with the one account that there is.

A session there belongs to a sign-in session here, and is forgotten with it. It lives in this worker's memory alone:
another worker signs in once more. Each sign-in is journaled with the name of the person that it is for, and each
request is decided as every other. One signs in at a site at a time, so that a secret that is wrong by now is tried
once, and not once for each person.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from limen.clock import SECOND, Clock
from limen.enforcement.brokered.at_vendor import AtVendor, is_signed_out
from limen.enforcement.brokered.pauses import PAUSE, Pauses
from limen.enforcement.brokered.sign_in_form import LONGEST_PAGE, NoFormError, filled_in
from limen.enforcement.brokered.store import Secret
from limen.enforcement.headers import Fields, downstream_response, first
from limen.enforcement.upstreams import UpstreamError, Upstreams
from limen.events import Event, Outcome
from limen.facts import App, Session
from limen.facts.brokered_account import BrokeredAccount, SignsIn
from limen.messages import gettext_noop
from limen.rate_limit import RateLimit
from limen.storage.errors import StorageError
from limen.storage.kept_briefly import KeptBriefly

if TYPE_CHECKING:
    from aiohttp import ClientResponse

MOST_SESSIONS: Final = 5_000
"""Beyond it the one that was used longest ago is forgotten."""
MOST_SIGNED_OUT: Final = 50
SIGN_OUT_SECONDS: Final = 10
"""How many are signed out at vendors at once, and how long that may take."""
SIGN_IN_SECONDS: Final = 30
SIGN_INS_AT_ONCE: Final = 5
"""Of one person in one go, and one more in each `PAUSE`: some sites take a wrong secret, and ask for it again."""
_BROWSER: Final = b"Mozilla/5.0 (compatible; Limen)"
CLOSED: Final = (
    403,
    gettext_noop("This page is closed"),
    gettext_noop("Everybody shares one account at {app}, and here it could be changed. Ask the app's owner."),
)
_NOT_SIGNED_IN: Final = (
    gettext_noop("Limen couldn't sign you in at {app}"),
    gettext_noop("The shared account there doesn't work at the moment. Tell the app's owner."),
)


@dataclass(slots=True)
class _Held:
    site: AtVendor
    account: BrokeredAccount
    times: int = 0
    """How often it was signed in."""
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)


class BrokeredAccounts:
    """Opens requests at apps that have a brokered account. Used on the event loop.

    `secret_of(app)` reads the secret of its account; `tell` journals; `kept` is what all workers know of.
    """

    def __init__(
        self,
        upstreams: Upstreams,
        clock: Clock,
        tell: Callable[[Event], object],
        secret_of: Callable[[App], Secret],
        kept: KeptBriefly,
    ) -> None:
        self._upstreams = upstreams
        self._clock = clock
        self._tell = tell
        self._secret_of = secret_of
        self._held: dict[tuple[str, str], _Held] = {}
        self._pauses = Pauses(kept)
        self._tries: dict[str, asyncio.Lock] = {}
        self._often = RateLimit(SECOND / PAUSE, SIGN_INS_AT_ONCE)

    def __len__(self) -> int:
        return len(self._held)

    async def open(
        self,
        app: App,
        session: Session | None,
        method: str,
        target: str,
        sent: Fields,
        body: AsyncIterable[bytes] | None,
        own_origin: str,
    ) -> ClientResponse:
        """Send a permitted request on, signed in. Raises UpstreamError, also where the site lets the account not in,
        and for what could try a password there: wrong ones would lock the account for everybody.
        """
        account = app.account
        if account is None or session is None:
            raise _failed(app, "account-without-session")
        held = self._of(app, account, session)
        secret = await self._signed_in(app, account, session, held)
        if held.site.may_sign_in(method, target):
            status, *said = CLOSED
            raise UpstreamError(status, "account-sign-in", *said, app=app.name)
        times = held.times
        response = await self._once(app, held, method, target, sent, secret, body, own_origin)
        if not is_signed_out(app, target, response.status, downstream_response(response.raw_headers)):
            return response
        response.close()
        if held.times == times:  # else a request beside this one has signed in since
            held.site.forget()
        if body is not None:
            raise _failed(app, "account-signed-out")  # what was sent is gone; the next request signs in
        secret = await self._signed_in(app, account, session, held)
        return await self._once(app, held, method, target, sent, secret, None, own_origin)

    async def forget(self, is_live: Callable[[str], bool], apps: Mapping[str, App]) -> int:
        """Forget the sessions of sign-in sessions that live no more, and sign them out at the vendor; how many."""
        gone = {key: self._held.pop(key) for key in list(self._held) if not is_live(key[1])}
        some = list(gone.items())[:MOST_SIGNED_OUT]
        await asyncio.gather(*(self._sign_out(apps.get(key[0]), held) for key, held in some))
        return len(gone)

    def secret_changed(self, app_id: str) -> None:
        """Sign in anew with it."""
        for key in [key for key in self._held if key[0] == app_id]:
            del self._held[key]

    # Inside

    async def _sign_out(self, app: App | None, held: _Held) -> None:
        """Tried once: what the vendor does not hear of ends there by itself, and nobody holds its cookies any more."""
        path = held.account.sign_out
        if app is None or not path or not held.site.is_signed_in:
            return
        with suppress(UpstreamError, NoFormError, ValueError, TimeoutError):
            async with asyncio.timeout(SIGN_OUT_SECONDS):
                await self._page(app, held.site, "GET", path, [], None)

    def _of(self, app: App, account: BrokeredAccount, session: Session) -> _Held:
        key = (app.id, session.parent or session.id)
        held = self._held.pop(key, None)
        if held is None or (held.account, held.site.origin) != (account, app.upstream.url.rstrip("/")):
            if len(self._held) >= MOST_SESSIONS:
                del self._held[next(iter(self._held))]
            held = _Held(AtVendor(app), account)
        self._held[key] = held  # the last that was used
        return held

    async def _signed_in(self, app: App, account: BrokeredAccount, session: Session, held: _Held) -> str:
        """The secret, where each request needs it; "" where the cookies that the site gave are enough."""
        async with held.one_at_a_time:
            if not held.site.is_signed_in:
                async with self._tries.setdefault(app.id, asyncio.Lock()):
                    secret = await self._good_secret(app)
                    await self._sign_in(app, account, session, held, secret)
            elif account.signs_in is SignsIn.BASIC:
                secret = await self._good_secret(app)
            return secret.text if account.signs_in is SignsIn.BASIC else ""

    async def _good_secret(self, app: App) -> Secret:
        """The secret, as far as anybody knows a good one. Raises UpstreamError."""
        try:
            secret = await asyncio.to_thread(self._secret_of, app)
            is_paused = bool(secret.text) and await self._pauses.is_paused(app, secret)
        except StorageError:
            raise _failed(app, "account-unavailable") from None
        if not secret.text:
            raise _failed(app, "account-without-secret")
        if is_paused:
            raise _failed(app, "account-paused")
        return secret

    async def _sign_in(self, app: App, account: BrokeredAccount, session: Session, held: _Held, secret: Secret) -> None:
        """Sign in at the site, and say how that went. Raises UpstreamError."""
        if not self._often.admits(f"{app.id} {session.parent or session.id}", self._clock.now()):
            raise _failed(app, "account-too-often")
        try:
            async with asyncio.timeout(SIGN_IN_SECONDS):
                if account.signs_in is SignsIn.FORM:
                    await self._fill_in(app, account, held.site, secret.text)
                else:
                    await self._show(app, held.site, secret.text)
        except (NoFormError, UpstreamError, ValueError, TimeoutError) as wrong:
            word = str(getattr(wrong, "word", "") or "unfit")
            self._say("brokered.sign_in_failed", app, account, session, word)
            with suppress(StorageError):  # this person is told, and the next one tries once more
                await self._pauses.begin(app, secret)
            raise _failed(app, f"account-{word}") from None
        held.site.is_signed_in = True
        held.times += 1
        self._say("brokered.signed_in", app, account, session)

    async def _show(self, app: App, site: AtVendor, secret: str) -> None:
        """Have the page that the app begins with take the secret, by HTTP Basic. Raises NoFormError, UpstreamError."""
        response = await self._ask(app, site, "GET", app.start, [], None, secret)
        response.close()
        if response.status == 401:
            raise NoFormError("refused")

    async def _fill_in(self, app: App, account: BrokeredAccount, site: AtVendor, secret: str) -> None:
        page = await self._page(app, site, "GET", account.sign_in, [], None)
        at = f"{app.upstream.url.rstrip('/')}{account.sign_in}"
        user, password = (account.user_field, account.user), (account.password_field, secret)
        form = await asyncio.to_thread(filled_in, page, at, user, password)
        site.posts_form_to(form.target)

        async def body() -> AsyncIterable[bytes]:
            yield sent

        sent = urlencode(form.fields).encode()
        said = [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(sent)).encode()),
            (b"origin", app.upstream.url.rstrip("/").encode()),
            (b"referer", at.encode()),
        ]
        answer = await self._page(app, site, "POST", form.target, said, body())
        try:
            await asyncio.to_thread(filled_in, answer, at, user, password)
        except NoFormError:
            return
        raise NoFormError("refused")  # the form once more: the site did not take them

    async def _page(
        self, app: App, site: AtVendor, method: str, target: str, said: Fields, body: AsyncIterable[bytes] | None
    ) -> str:
        """A page of the site as text; "" where it leads on. Raises NoFormError, UpstreamError."""
        response = await self._ask(app, site, method, target, said, body, "")
        try:
            site.learn(target, response)
            fields = downstream_response(response.raw_headers)
            if response.status in {301, 302, 303, 307, 308}:
                if method == "POST" and is_signed_out(app, target, response.status, fields):
                    raise NoFormError("refused")
                return ""
            if response.status >= 400:
                raise NoFormError(f"status-{response.status}")
            if first(fields, b"content-encoding") not in {b"", b"identity"}:
                raise NoFormError("page-coded")
            return await _text_of(response)
        finally:
            response.close()

    async def _ask(
        self,
        app: App,
        site: AtVendor,
        method: str,
        target: str,
        said: Fields,
        body: AsyncIterable[bytes] | None,
        secret: str,
    ) -> ClientResponse:
        own = [
            (b"host", site.host.encode()),
            (b"user-agent", _BROWSER),
            (b"accept", b"text/html"),
            (b"accept-encoding", b"identity"),
        ]
        proof = site.proof(app, target, secret)
        return await self._upstreams.open(app, method, target, [*own, *said, *proof], body)

    async def _once(
        self,
        app: App,
        held: _Held,
        method: str,
        target: str,
        sent: Fields,
        secret: str,
        body: AsyncIterable[bytes] | None,
        own_origin: str,
    ) -> ClientResponse:
        fields = held.site.fields(app, target, sent, secret, own_origin)
        response = await self._upstreams.open(app, method, target, fields, body)
        try:
            held.site.learn(target, response)
        except ValueError:
            response.close()
            raise _failed(app, "account-cookies") from None
        return response

    def _say(self, kind: str, app: App, account: BrokeredAccount, session: Session, word: str = "") -> None:
        self._tell(
            Event(
                at=self._clock.now(),
                kind=kind,
                outcome=Outcome.FAILURE if word else Outcome.SUCCESS,
                actor=session.person_id,
                subject=session.person_id,
                session=session.parent or session.id,
                reason=word,
                details={"app": app.id, "account": account.user},
            )
        )


async def _text_of(response: ClientResponse) -> str:
    """The page, as far as it is read."""
    read = bytearray()
    async for some in response.content.iter_any():
        read += some
        if len(read) >= LONGEST_PAGE:
            break
    return read[:LONGEST_PAGE].decode("utf-8", "replace")


def _failed(app: App, word: str) -> UpstreamError:
    return UpstreamError(502, word, *_NOT_SIGNED_IN, app=app.name)
