"""An app that signs people in by SAML 2.0: a request by HTTP-Redirect, a signed assertion by HTTP-POST, logout by SOAP.

Of Limen it knows the metadata. It believes a signed assertion alone, and reads nothing outside of it. It runs in the
demo, on loopback.
"""

from __future__ import annotations

import secrets
import zlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from limen.clock import MINUTE, from_iso, to_iso
from limen.demo.app_sessions import AppSession, AppSessions, NotBelievedError, form_in, refused, written
from limen.demo.browser import Browser
from limen.facts import App
from limen.sso.saml import names
from limen.sso.saml.arrived import WrongMessageError

if TYPE_CHECKING:
    from lxml import etree

CONSUMER, SIGNED_OUT = "saml/acs", "saml/logout"
_A: Final = f"{{{names.ASSERTION}}}"
_P: Final = f"{{{names.PROTOCOL}}}"
_S: Final = f"{{{names.SOAP}}}"
_MD: Final = f"{{{names.METADATA}}}"
_DS: Final = f"{{{names.SIGNATURE}}}"
_DONE: Final = (
    f'<S:Envelope xmlns:S="{names.SOAP}"><S:Body><p:LogoutResponse xmlns:p="{names.PROTOCOL}" Version="2.0" '
    f'ID="{{id}}" IssueInstant="{{now}}"><p:Status><p:StatusCode Value="{names.SUCCESS}"/></p:Status>'
    "</p:LogoutResponse></S:Body></S:Envelope>"
)


class SamlApp:
    """The app. `calls` is what it reads Limen's metadata with."""

    def __init__(self, app: App, issuer: str, calls: Browser, sessions: AppSessions) -> None:
        self._entity_id = app.saml.entity_id if app.saml else ""
        self._consumer = f"{app.url}{CONSUMER}"
        self._metadata = f"{issuer}/saml/metadata"
        self._calls = calls
        self._sessions = sessions
        self.asgi = Starlette(
            routes=[
                Route("/", sessions.home),
                Route("/login", self._login),
                Route(f"/{CONSUMER}", self._consume, methods=["POST"]),
                Route(f"/{SIGNED_OUT}", self._signed_out, methods=["POST"]),
            ]
        )

    async def _login(self, _request: Request) -> Response:
        """A request for a sign-in, by HTTP-Redirect (SAML Bindings section 3.4)."""
        from lxml import etree  # noqa: PLC0415 -- heavy, and only here

        described = await self._described()
        places = described.iterfind(f"{_MD}IDPSSODescriptor/{_MD}SingleSignOnService[@Binding='{names.REDIRECT}']")
        place = str(next(places).get("Location"))
        request = etree.Element(
            f"{_P}AuthnRequest",
            {
                "ID": _new_id(),
                "Version": "2.0",
                "IssueInstant": self._now(),
                "Destination": place,
                "AssertionConsumerServiceURL": self._consumer,
            },
        )
        etree.SubElement(request, f"{_A}Issuer").text = self._entity_id
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(etree.tostring(request)) + packer.flush()
        asked = urlencode({"SAMLRequest": b64encode(packed).decode()})
        return self._sessions.begin(f"{place}?{asked}", str(request.get("ID")))

    async def _consume(self, request: Request) -> Response:
        """The browser is back with a response (SAML Profiles section 4.1.4.3)."""
        form, kept = await form_in(request), self._sessions.begun(request)
        if not kept:
            return refused("this browser began no such sign-in")
        try:
            assertion = await self._assertion(b64decode(form.get("SAMLResponse", "")), kept[0])
        except (NotBelievedError, WrongMessageError, ValueError) as wrong:
            return refused(str(wrong))
        told = {
            str(one.get("Name")): [str(value.text or "") for value in one.iterfind(f"{_A}AttributeValue")]
            for one in assertion.iterfind(f"{_A}AttributeStatement/{_A}Attribute")
        }
        name = assertion.findtext(f"{_A}Subject/{_A}NameID") or ""
        context = assertion.findtext(f"{_A}AuthnStatement/{_A}AuthnContext/{_A}AuthnContextClassRef") or ""
        statement = assertion.find(f"{_A}AuthnStatement")
        return self._sessions.open(
            AppSession(
                id=str(statement.get("SessionIndex")) if statement is not None else "",
                email="".join(told.get("email", ())),
                name="".join(told.get("name", ())) or name,
                told=written([("NameID", name), *told.items(), ("AuthnContextClassRef", context)]),
                at=self._sessions.now(),
            )
        )

    async def _signed_out(self, request: Request) -> Response:
        """Limen says by SOAP that a sign-in is over (SAML Bindings section 3.2, Core section 3.7)."""
        from limen.sso.saml.signatures import check_signed  # noqa: PLC0415 -- xmlsec, and only here
        from limen.sso.saml.xml_reader import read_message  # noqa: PLC0415 -- as above

        try:
            found = read_message(await request.body()).find(f"{_S}Body/{_P}LogoutRequest")
            asked = _as_root(found)
            check_signed(asked, await self._certificates())
        except (NotBelievedError, WrongMessageError) as wrong:
            return PlainTextResponse(f"{wrong}\n", status_code=400)
        for index in asked.iterfind(f"{_P}SessionIndex"):
            self._sessions.end(str(index.text))
        return Response(_DONE.format(id=_new_id(), now=self._now()), media_type="text/xml")

    # What it believes

    async def _assertion(self, document: bytes, asked: str) -> etree._Element:
        """The assertion that answers this request. Raises NotBelievedError, WrongMessageError."""
        from limen.sso.saml.signatures import check_signed  # noqa: PLC0415 -- as above
        from limen.sso.saml.xml_reader import read_message  # noqa: PLC0415 -- as above

        response = read_message(document)
        status = response.find(f"{_P}Status/{_P}StatusCode")
        if status is None or status.get("Value") != names.SUCCESS:
            raise NotBelievedError("Limen said no")
        assertion = _as_root(response.find(f"{_A}Assertion"))
        check_signed(assertion, await self._certificates())
        data = assertion.find(f"{_A}Subject/{_A}SubjectConfirmation/{_A}SubjectConfirmationData")
        said = {str(name): str(value) for name, value in data.items()} if data is not None else {}
        if said.get("InResponseTo") != asked or said.get("Recipient") != self._consumer:
            raise NotBelievedError("it answers another request")
        if assertion.findtext(f"{_A}Conditions/{_A}AudienceRestriction/{_A}Audience") != self._entity_id:
            raise NotBelievedError("it is for another app")
        if from_iso(str(said.get("NotOnOrAfter"))) + MINUTE < self._sessions.now():
            raise NotBelievedError("it is too old")
        return assertion

    async def _described(self) -> etree._Element:
        from limen.sso.saml.xml_reader import read_metadata  # noqa: PLC0415 -- as above

        page = await self._calls.request("GET", self._metadata, {})
        return read_metadata(page.text.encode())

    async def _certificates(self) -> list[str]:
        described = await self._described()
        return ["".join(str(one.text).split()) for one in described.iter(f"{_DS}X509Certificate")]

    def _now(self) -> str:
        return f"{to_iso(self._sessions.now())[:19]}Z"


def _as_root(found: etree._Element | None) -> etree._Element:
    """The element as a document of its own: nothing around it is looked at. Raises NotBelievedError."""
    from lxml import etree  # noqa: PLC0415 -- as above

    if found is None:
        raise NotBelievedError("what it should hold is not there")
    return etree.fromstring(etree.tostring(found, with_tail=False))


def _new_id() -> str:
    return f"_{secrets.token_hex(20)}"
