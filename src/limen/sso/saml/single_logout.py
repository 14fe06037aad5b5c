"""Signing out by SAML (Core section 3.7): what apps ask for by way of a browser, and what they are told by SOAP.

A request must be signed where its app is registered with a key. Signed, it ends that app's own sign-ins that it names,
and the sign-in session of this browser where one of those hangs on it: a request that is replayed in another's browser
ends nothing there. Not signed, it is a wish, and a person presses a button.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from limen.clock import HOUR
from limen.facts import App, Session
from limen.pillar import Core, SignOn
from limen.sso import sign_ins
from limen.sso.kept_requests import KeptRequests, of_an_app
from limen.sso.logouts import Notice, NoticeOf
from limen.sso.saml.arrived import Arrived, WrongMessageError, from_app
from limen.sso.saml.identity_provider import IdentityProvider
from limen.sso.saml.requests import SignOutRequest
from limen.sso.seen_once import SeenOfEach
from limen.sso.sign_ins import AppSignIn
from limen.storage import Transaction

WAITS_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class SignOutAnswer:
    """`location`: where the app is told that it is done, "" where it has no address for it. `is_of_this_browser`: the
    session of this browser is the one that is meant.
    """

    location: str = ""
    is_of_this_browser: bool = False


class SingleLogout:
    """Ends what apps ask to end. `leaving` are requests whose person has to do something first."""

    def __init__(self, core: Core, sign_on: SignOn, provider: IdentityProvider) -> None:
        self._core = core
        self._sign_on = sign_on
        self._provider = provider
        self._seen = SeenOfEach(core.database.kept_briefly, "saml sign-out")
        self.leaving: KeptRequests[SignOutRequest] = KeptRequests(
            core.database.kept_briefly,
            "saml sign-out",
            of_an_app(SignOutRequest, lambda: core.known.apps, lambda app: app.saml),
            WAITS_SECONDS,
        )

    async def asked(self, arrive: Callable[[], Arrived]) -> SignOutRequest:
        """The request for a sign-out that arrives; a signed one is good once. Raises WrongMessageError."""
        try:
            return await self._read(arrive())
        except WrongMessageError as wrong:
            self._sign_on.tell("sso.client_refused", "invalid-request", str(wrong), wrong.app)
            raise

    async def end(self, asked: SignOutRequest, session: Session | None, *, is_agreed: bool = False) -> SignOutAnswer:
        """End the sign-ins at this app that are meant. Where the request is not signed, `is_agreed` says that the
        person of this browser wants it, and it is about theirs alone.
        """
        now = self._core.clock.now()
        mine = session.id if session else ""
        held = await self._core.database.reading(lambda s: sign_ins.open_sign_ins(s.connection, app=asked.app.id))
        meant = [one for one in held if self._is_meant(asked, one) and (asked.is_signed or one.session_id == mine)]

        def work(transaction: Transaction) -> None:
            for ended in sign_ins.end(transaction.connection, [one.id for one in meant], now):
                sign_ins.told(transaction.connection, ended.id)  # it is the app that said so

        if asked.is_signed or is_agreed:
            await self._core.database.writing(work)
        is_mine = bool(mine) and any(one.session_id == mine for one in meant)
        return SignOutAnswer(self._location(asked), is_mine)

    # Inside

    async def _read(self, arrived: Arrived) -> SignOutRequest:
        from limen.sso.saml import messages  # noqa: PLC0415 -- lxml and xmlsec, of which no start waits

        if arrived.name != "SAMLRequest":
            raise WrongMessageError("it is not a request")
        now = self._core.clock.now()
        message = messages.read(arrived, "LogoutRequest")
        app, provider = self._provider.app_called(message.issuer)
        with from_app(app):
            is_signed = messages.checked(message, arrived, provider, self._provider.sign_out_url, now)
            if provider.certificates and not is_signed:
                raise WrongMessageError("it is not signed")
            asked = messages.sign_out_request(message, app, arrived.relay_state, now, has_signature=is_signed)
            if is_signed and not await self._seen.is_first(f"{app.id} {asked.id}", app.id, now + HOUR):
                raise WrongMessageError("it came before")  # one that is not signed does nothing by itself
            return asked

    def _is_meant(self, asked: SignOutRequest, sign_in: AppSignIn) -> bool:
        if asked.sessions and sign_in.id not in asked.sessions:
            return False
        return self._provider.name_in(sign_in, asked.app) == asked.name

    def _location(self, asked: SignOutRequest) -> str:
        """It is always a success: what was meant has ended, now or before."""
        from limen.sso.saml import bindings, responses  # noqa: PLC0415 -- as above

        url = asked.app.saml.logout_url if asked.app.saml else ""
        if not url:
            return ""
        envelope = self._provider.envelope(url, asked.id)
        document = responses.signed_out(envelope)
        return bindings.to_query(url, "SAMLResponse", document, asked.relay_state, envelope.key)


def notices(provider: IdentityProvider) -> NoticeOf:
    """A request for a sign-out by SOAP (Bindings section 3.2), for each app that has an address for it."""

    def notice(sign_in: AppSignIn, app: App) -> Notice | None:
        if app.saml is None or not app.saml.logout_service:
            return None
        name = provider.name_in(sign_in, app)
        if not name:
            return None
        from limen.sso.saml import responses, soap  # noqa: PLC0415 -- as above

        url = app.saml.logout_service
        request = responses.sign_out(provider.envelope(url, ""), app.saml, name, sign_in.scope, sign_in.id)
        return Notice(url, soap.MEDIA_TYPE, soap.enveloped(request), soap.is_done)

    return notice
