"""Messages in SOAP."""

from __future__ import annotations

from lxml import etree

from limen.sso.saml import names, soap

P = f'xmlns:p="{names.PROTOCOL}"'


def answer(value: str) -> bytes:
    status = f'<p:LogoutResponse {P}><p:Status><p:StatusCode Value="{value}"/></p:Status></p:LogoutResponse>'
    return f'<S:Envelope xmlns:S="{names.SOAP}"><S:Body>{status}</S:Body></S:Envelope>'.encode()


def test_a_message_is_the_body() -> None:
    root = etree.fromstring(soap.enveloped(etree.fromstring("<a/>")))
    assert root.find(f"{{{names.SOAP}}}Body/a") is not None


def test_an_app_is_done_when_it_says_so() -> None:
    assert soap.is_done(200, answer(names.SUCCESS))
    for status, body in (
        (500, answer(names.SUCCESS)),
        (200, answer(names.RESPONDER)),
        (200, b""),
        (200, b"<html>"),
        (200, b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + answer(names.SUCCESS)),
    ):
        assert not soap.is_done(status, body)
