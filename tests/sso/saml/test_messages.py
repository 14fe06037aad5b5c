"""Requests of apps, held against their registration. What is hostile in them: `tests/attacks/test_saml.py`."""

from __future__ import annotations

from typing import Any

import pytest

from limen.clock import MINUTE
from limen.facts import App, Upstream
from limen.facts.service_provider import AssertionConsumer, ServiceProvider
from limen.sso.saml import names
from limen.sso.saml.arrived import Arrived, WrongMessageError
from limen.sso.saml.messages import Message, checked, read, sign_in_request, sign_out_request
from limen.sso.saml.requests import SignInRequest

NOW = 1_700_000_000_000
HERE = "https://limen.example/saml/sign-in"
WIKI = ServiceProvider(
    "wiki", (AssertionConsumer("https://wiki.example/acs"), AssertionConsumer("https://wiki.example/other", 7))
)
APP = App("manual", "Manual", "", Upstream(""), saml=WIKI)
GOOD = {"ID": "_1", "Version": "2.0", "IssueInstant": "2023-11-14T22:13:20Z"}


def message(inner: str = "", kind: str = "AuthnRequest", issuer: str = "wiki", **more: str) -> Message:
    told = " ".join(f'{name}="{value}"' for name, value in (GOOD | more).items() if value)
    spaces = f'xmlns:p="{names.PROTOCOL}" xmlns:a="{names.ASSERTION}"'
    document = f"<p:{kind} {spaces} {told}><a:Issuer>{issuer}</a:Issuer>{inner}</p:{kind}>"
    return read(Arrived("SAMLRequest", document.encode(), names.POST), kind)


def asked(inner: str = "", **more: str) -> SignInRequest:
    return sign_in_request(message(inner, **more), APP, "r")


def test_what_every_message_says_is_read() -> None:
    said = message(Destination=HERE)
    assert (said.id, said.issuer, said.destination, said.issued_at) == ("_1", "wiki", HERE, NOW)
    assert message(IssueInstant="2023-11-14T22:13:20.123456+00:00").issued_at == NOW


@pytest.mark.parametrize(
    "more",
    [
        {"ID": ""},
        {"ID": "1"},
        {"ID": "_" + "a" * 300},
        {"Version": "1.1"},
        {"IssueInstant": ""},
        {"IssueInstant": "2023-11-14"},
        {"IssueInstant": "2023-13-14T22:13:20Z"},
        {"IssueInstant": "2023-11-14T22:13:20+05:00"},
        {"issuer": ""},
        {"issuer": "wiki<b/>"},
        {"inner": "<a:Issuer>evil</a:Issuer>"},
        {"kind": "Response"},
    ],
)
def test_what_is_no_request(more: dict[str, Any]) -> None:
    with pytest.raises(WrongMessageError):
        sign_in_request(message(**more) if more.get("kind") != "Response" else _as_request(), APP, "")


def _as_request() -> Message:
    document = f'<p:Response xmlns:p="{names.PROTOCOL}" ID="_1" Version="2.0"/>'
    return read(Arrived("SAMLRequest", document.encode(), names.POST), "AuthnRequest")


def test_it_is_for_here_and_of_now() -> None:
    arrived = Arrived("SAMLRequest", b"", names.POST)
    assert not checked(message(Destination=HERE), arrived, WIKI, HERE, NOW)
    assert not checked(message(), arrived, WIKI, HERE, NOW + 5 * MINUTE)
    for destination, now in ((HERE + "/", NOW), ("https://evil.example/", NOW), (HERE, NOW + 6 * MINUTE)):
        with pytest.raises(WrongMessageError):
            checked(message(Destination=destination), arrived, WIKI, HERE, now)
    with pytest.raises(WrongMessageError):
        checked(message(), arrived, WIKI, HERE, NOW - 6 * MINUTE)


def test_the_answer_goes_to_a_registered_address() -> None:
    assert asked().consumer == "https://wiki.example/acs"
    assert asked(AssertionConsumerServiceURL="https://wiki.example/other").consumer == "https://wiki.example/other"
    assert asked(AssertionConsumerServiceIndex="7").consumer == "https://wiki.example/other"
    for more in (
        {"AssertionConsumerServiceURL": "https://evil.example/"},
        {"AssertionConsumerServiceURL": "https://wiki.example/acs/"},
        {"AssertionConsumerServiceIndex": "0"},
        {"AssertionConsumerServiceIndex": "-1"},
        {"AssertionConsumerServiceIndex": "7", "AssertionConsumerServiceURL": "https://wiki.example/acs"},
        {"ProtocolBinding": names.REDIRECT},
    ):
        with pytest.raises(WrongMessageError):
            asked(**more)


def test_what_it_asks_for_is_read() -> None:
    said = asked(IsPassive="true", ForceAuthn="1")
    assert (said.is_passive, said.wants_new_proof, said.relay_state, said.id) == (True, True, "r", "_1")
    assert [asked(f"<p:NameIDPolicy {more}/>").name_format for more in (
        "", f'Format="{names.FORMATS["transient"]}"', 'Format="urn:kerberos"', 'SPNameQualifier="other"',
        'SPNameQualifier="wiki"',
    )] == ["", "transient", None, None, ""]  # fmt: skip
    assert asked("<a:Subject><a:NameID>mia</a:NameID></a:Subject>").subject == "mia"
    for inner in ("<a:Subject/>", "<a:Subject><a:EncryptedID/></a:Subject>", "<p:NameIDPolicy/><p:NameIDPolicy/>"):
        with pytest.raises(WrongMessageError):
            asked(inner)


def test_classes_are_compared_as_it_says() -> None:
    def of(inner: str, more: str = "") -> tuple[tuple[str, ...] | None, str]:
        said = asked(f"<p:RequestedAuthnContext {more}>{inner}</p:RequestedAuthnContext>")
        return said.classes, said.comparison

    one = "<a:AuthnContextClassRef>urn:x</a:AuthnContextClassRef>"
    assert of(one) == (("urn:x",), "exact")
    assert of(one + one, 'Comparison="minimum"') == (("urn:x", "urn:x"), "minimum")
    assert of(one, 'Comparison="other"')[0] is None
    assert of("")[0] is None
    assert of("<a:AuthnContextDeclRef>urn:x</a:AuthnContextDeclRef>")[0] is None


def test_a_sign_out_names_a_person_and_sessions() -> None:
    def out(inner: str, **more: str) -> object:
        return sign_out_request(message(inner, "LogoutRequest", **more), APP, "", NOW, has_signature=True)

    name, index = "<a:NameID>mia</a:NameID>", "<p:SessionIndex>g_1</p:SessionIndex>"
    said = sign_out_request(message(name + index, "LogoutRequest"), APP, "r", NOW, has_signature=True)
    assert (said.name, said.sessions, said.is_signed, said.relay_state) == ("mia", ("g_1",), True, "r")
    assert out(name, NotOnOrAfter="2023-11-14T22:13:00Z")
    for inner, more in ((index, {}), (name, {"NotOnOrAfter": "2023-11-14T22:12:00Z"}), (name + name, {})):
        with pytest.raises(WrongMessageError):
            out(inner, **more)


@pytest.mark.parametrize(
    "inner",
    [
        "<a:Subject><a:NameID>{}</a:NameID></a:Subject>",
        "<p:RequestedAuthnContext><a:AuthnContextClassRef>{}</a:AuthnContextClassRef></p:RequestedAuthnContext>",
    ],
)
def test_what_is_kept_while_somebody_signs_in_is_short(inner: str) -> None:
    assert asked(inner.format("x" * 256))
    with pytest.raises(WrongMessageError):
        asked(inner.format("x" * 257))


def test_a_sign_out_names_nobody_at_length() -> None:
    name, index = "<a:NameID>{}</a:NameID>", "<p:SessionIndex>{}</p:SessionIndex>"
    for inner in (name.format("x" * 257), name.format("mia") + index.format("x" * 257)):
        with pytest.raises(WrongMessageError):
            sign_out_request(message(inner, "LogoutRequest"), APP, "", NOW, has_signature=True)
