"""A SAML identity provider as issuer: away by a signed AuthnRequest, and back with a response that is posted here.

A form that another site posts comes without our cookies (SameSite=Lax). So a response is read and verified where it
arrives, what is signed in it is kept for minutes, and the browser goes on to an address of ours, where it must be the
one that was sent away, with the request that the response answers.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from limen.clock import HOUR, Clock, Instant
from limen.facts import Issuer, SamlIssuer
from limen.sso.kept_requests import Form, KeptRequests, plain
from limen.sso.saml.arrived import Arrived, WrongMessageError
from limen.sso.saml.keys import SamlKeys
from limen.sso.seen_once import SeenOnce
from limen.sso.upstream.decryption_keys import DecryptionKey
from limen.sso.upstream.fetching import Fetching
from limen.sso.upstream.journey import Answer, Journey, Leaving, Proved, ReturnRefusedError, SessionThere
from limen.sso.upstream.kept_documents import Document, Health, KeptDocuments
from limen.sso.upstream.oidc_upstream import return_address
from limen.storage.kept_briefly import KeptBriefly

if TYPE_CHECKING:
    from limen.sso.upstream.saml_response import SignedResponse

T = TypeVar("T")

WAITS_SECONDS: Final = 300
"""How long what was posted waits for its browser to go on."""


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A sign-out that an issuer says: whose sessions are over, when it said so, and how it is answered.

    `body` is the answer by SOAP, `location` where the browser goes on to by HTTP-Redirect ("" where nowhere).
    """

    sessions: tuple[SessionThere, ...]
    at: Instant
    body: bytes = b""
    location: str = ""


class SamlUpstream:
    """One issuer by SAML. `keys` are what Limen signs with, `decryption_key` gives what this issuer encrypts for;
    `origin` is the sign-in host's.
    """

    def __init__(
        self,
        issuer: Issuer,
        fetching: Fetching,
        kept: KeptBriefly,
        clock: Clock,
        keys: Callable[[], SamlKeys],
        decryption_key: Callable[[], Awaitable[DecryptionKey]],
        origin: str,
    ) -> None:
        assert issuer.saml is not None  # noqa: S101 -- whoever builds it has looked
        self._issuer = issuer
        self._written: SamlIssuer = issuer.saml
        self._fetching = fetching
        self._clock = clock
        self._keys = keys
        self._decryption_key = decryption_key
        self._documents = KeptDocuments(clock)
        self._metadata = Document()
        self._posted: KeptRequests[SignedResponse] = KeptRequests(
            kept, f"posted by {issuer.id}", _response_form(), WAITS_SECONDS
        )
        self._seen = SeenOnce(kept, f"saml of {issuer.id}")
        self.entity_id = own_name(origin, issuer)
        self.back = return_address(origin, issuer)
        self.signed_out_url = signed_out_address(origin, issuer)

    @property
    def issuer(self) -> Issuer:
        return self._issuer

    @property
    def health(self) -> Health:
        return self._documents.health

    @property
    def key_names(self) -> tuple[str, ...]:
        """The SHA-256 of each certificate, as far as they were read."""
        described: SamlIssuer | None = self._metadata.value if self._written.metadata_url else self._written
        return tuple(sha256(b64decode(one)).hexdigest() for one in described.certificates) if described else ()

    async def described(self) -> SamlIssuer:
        """Its addresses and certificates, which the company wrote, or its metadata say. Raises IssuerError."""
        if not self._written.metadata_url:
            return self._written
        found: SamlIssuer = await self._documents.get(self._metadata, self._read_metadata)
        return found

    async def metadata(self) -> bytes:
        """What this issuer reads of Limen."""
        from limen.sso.upstream.saml_metadata import own_metadata  # noqa: PLC0415 -- lxml and xmlsec: no start waits

        encrypts_for = (await self._decryption_key()).certificate if self._written.may_encrypt else ""
        return own_metadata(
            self.entity_id, self.back, self.signed_out_url, self._written, self._keys(), encrypts_for=encrypts_for
        )

    # Away and back

    async def leave(self, journey: Journey) -> Leaving:
        from limen.sso.saml import bindings, outgoing  # noqa: PLC0415 -- as above
        from limen.sso.upstream import saml_requests  # noqa: PLC0415 -- as above

        there, now = (await self.described()).sign_in_url, self._clock.now()
        request_id = outgoing.new_id()
        document = saml_requests.sign_in_request(
            request_id, self.entity_id, self._written, there, self.back, now, is_anew=journey.asks_who_it_is
        )
        key = self._keys().signing(now)
        return Leaving(
            kept={"request": request_id},
            url=lambda state: bindings.to_query(there, "SAMLRequest", document, state, key),
        )

    async def posted(self, form: Mapping[str, list[str]], source: str) -> dict[str, str]:
        """With which parameters the browser goes on that has posted this. Raises ReturnRefusedError, IssuerError."""
        from limen.sso.saml import bindings  # noqa: PLC0415 -- as above

        try:
            arrived = bindings.from_form(form)
        except WrongMessageError:
            raise ReturnRefusedError("response-garbage") from None
        if arrived.name != "SAMLResponse":
            raise ReturnRefusedError("response-garbage")
        response = await self._read(arrived)
        self.health.succeeded_at = self._clock.now()
        return {"state": arrived.relay_state, "response": await self._posted.keep(response, source)}

    async def arrived(self, answer: Answer) -> Proved:
        name = answer.said.get("response", "")
        response = await self._posted.look(name)
        if response is None or not await self._posted.take(name):
            raise ReturnRefusedError("response-missing")
        if not compare_digest(response.in_response_to.encode(), answer.kept.get("request", "").encode()):
            raise ReturnRefusedError("response-of-another-request")
        if not await self._seen.is_first(response.id, max(response.until, self._clock.now() + HOUR)):
            raise ReturnRefusedError("response-replayed")
        if response.name_format != self._written.name_format:
            raise ReturnRefusedError("response-name-format-wrong")
        return Proved(
            subject=f"{response.name_format}:{response.name}",
            context=response.context,
            at=response.at,
            issued_at=response.issued_at,
            sid=response.session_index,
            qualifiers=response.qualifiers,
            email=_only(response.attributes.get(self._written.email, ()) if self._written.email else ()),
            name=_only(response.attributes.get(self._written.name, ())),
            claims=response.attributes,
        )

    # Signing out

    async def sign_out_url(self, there: SessionThere) -> str:
        from limen.sso.saml import bindings  # noqa: PLC0415 -- as above
        from limen.sso.upstream.saml_requests import Named, sign_out_request  # noqa: PLC0415 -- as above

        url, now = (await self.described()).sign_out_url, self._clock.now()
        name_format, _, name = there.subject.partition(":")
        if not url or name_format != self._written.name_format:
            return ""
        whose = {"issuer": self.issuer.url, "here": self.entity_id}
        qualified = {word: whose[word] for word in there.qualifiers.split() if word in whose}
        named = Named(name, name_format, qualified)
        document = sign_out_request(self.entity_id, url, named, there.sid, now)
        return bindings.to_query(url, "SAMLRequest", document, "", self._keys().signing(now))

    async def signed_out(self, arrive: Callable[[], Arrived]) -> SignedOut:
        """Whose sessions there are over, by a LogoutRequest that it signed. One counts once.

        Raises ReturnRefusedError, IssuerError.
        """
        from limen.sso.upstream import saml_logout  # noqa: PLC0415 -- as above

        now = self._clock.now()
        try:
            arrived = arrive()
        except WrongMessageError:
            raise ReturnRefusedError("logout-garbage") from None
        asked = await self._with_certificates(
            lambda held: saml_logout.read_request(arrived, self.issuer.url, held, self.signed_out_url, now),
            saml_logout.UnknownLogoutKeyError,
        )
        if not await self._seen.is_first(asked.id, now + HOUR):
            raise ReturnRefusedError("logout-replayed")
        subject = f"{asked.name_format}:{asked.name}"
        there = tuple(SessionThere(subject, sid) for sid in asked.sessions or ("",))
        if arrived.signed:
            described = await self.described()
            back = described.answer_url or described.sign_out_url
            answer = saml_logout.by_redirect(self.entity_id, back, asked, self._keys().signing(now), now)
            return SignedOut(there, asked.issued_at, location=answer)
        body = saml_logout.by_soap(self.entity_id, asked, self._keys().signing(now), now)
        return SignedOut(there, asked.issued_at, body=body)

    async def close(self) -> None:
        await self._fetching.close()

    # Inside

    async def _read(self, arrived: Arrived) -> SignedResponse:
        from limen.sso.upstream import saml_response  # noqa: PLC0415 -- as above

        key = (await self._decryption_key()).private if self._written.may_encrypt else ""

        def read(certificates: tuple[str, ...]) -> SignedResponse:
            expected = saml_response.Expected(self.issuer.url, certificates, self.entity_id, self.back, key)
            return saml_response.read_response(arrived, expected, self._clock.now())

        return await self._with_certificates(read, saml_response.UnknownKeyError)

    async def _with_certificates(self, verify: Callable[[tuple[str, ...]], T], unknown: type[ReturnRefusedError]) -> T:
        async def certificates() -> tuple[str, ...]:
            return (await self.described()).certificates

        return await self._documents.verified(self._metadata, certificates, verify, unknown)

    async def _read_metadata(self) -> SamlIssuer:
        from limen.sso.upstream.saml_metadata import provider_in  # noqa: PLC0415 -- as above

        document = await self._fetching.get_metadata(self._written.metadata_url)
        return provider_in(document, self.issuer.url, self._clock.now())


def own_name(origin: str, issuer: Issuer) -> str:
    """What Limen is called at this issuer (its entity ID), and where its metadata are: at each by another name, so that
    what one says is for no other's audience.
    """
    return f"{origin}/sign-in/with/{issuer.id}/metadata"


def signed_out_address(origin: str, issuer: Issuer) -> str:
    """Where this issuer says that a session is over (single logout service)."""
    return f"{origin}/sign-in/with/{issuer.id}/signed-out"


def _response_form() -> Form[SignedResponse]:
    def read(data: bytes) -> SignedResponse | None:
        from limen.sso.upstream.saml_response import SignedResponse  # noqa: PLC0415 -- lxml and xmlsec: no start waits

        return plain(SignedResponse).read(data)

    return Form(msgspec.msgpack.encode, read)


def _only(values: Sequence[str]) -> str:
    """The one value; "" where there is none, or several."""
    return values[0] if len(values) == 1 else ""
