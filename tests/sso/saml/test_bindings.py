"""Messages by way of a browser."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from tests.sso.saml.certificates import key_pair

from limen.sso.saml import names
from limen.sso.saml.arrived import WrongMessageError
from limen.sso.saml.bindings import from_form, from_query, to_query
from limen.sso.saml.keys import SamlKey
from limen.sso.saml.signatures import check_query

PAIR = key_pair("limen")
KEY = SamlKey("k", 0, 0, PAIR.pem, PAIR.key_pem)


def packed(document: bytes) -> str:
    packer = zlib.compressobj(wbits=-15)
    return b64encode(packer.compress(document) + packer.flush()).decode()


def test_what_goes_by_redirect_comes_back_whole_and_signed() -> None:
    url = to_query("https://wiki.example/bye?x=1", "SAMLResponse", b"<a/>", "/r?ü", KEY)
    assert url.startswith("https://wiki.example/bye?x=1&SAMLResponse=")
    arrived = from_query(urlsplit(url).query.removeprefix("x=1&"))
    assert (arrived.name, arrived.document, arrived.relay_state) == ("SAMLResponse", b"<a/>", "/r?ü")
    check_query(arrived.signed, arrived.algorithm, arrived.signature, [PAIR.bare])


def test_what_is_signed_are_the_octets_that_came() -> None:
    """Apps escape in different ways (`%2f`, `%2F`): nothing is escaped anew."""
    value = quote(packed(b"<a/>"), safe="")
    query = f"RelayState=%2fr&SigAlg={quote(names.RSA_SHA256, safe='')}&SAMLRequest={value}&Signature=AAAA&other=1"
    arrived = from_query(query)
    assert arrived.signed == f"SAMLRequest={value}&RelayState=%2fr&SigAlg={quote(names.RSA_SHA256, safe='')}".encode()


def test_a_form_has_its_message_in_base64() -> None:
    arrived = from_form({"SAMLRequest": [" PGEv\r\nPg== "], "RelayState": ["r"]})
    assert (arrived.document, arrived.binding, arrived.relay_state) == (b"<a/>", names.POST, "r")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "SAMLRequest=",
        "RelayState=x",
        urlencode({"SAMLRequest": packed(b"<a/>"), "SAMLResponse": packed(b"<a/>")}),
        urlencode([("SAMLRequest", packed(b"<a/>")), ("SAMLRequest", packed(b"<b/>"))]),
        urlencode({"SAMLRequest": packed(b"<a/>"), "SAMLEncoding": "urn:other"}),
        urlencode({"SAMLRequest": packed(b"<a/>"), "Signature": "AAAA"}),
        urlencode({"SAMLRequest": packed(b"<a/>"), "SigAlg": names.RSA_SHA256}),
        urlencode({"SAMLRequest": packed(b"<a/>"), "RelayState": "x" * 2_000}),
        urlencode({"SAMLRequest": packed(b"<a/>"), "RelayState": "a\r\nb"}),
        urlencode({"SAMLRequest": "not base64!"}),
        urlencode({"SAMLRequest": b64encode(b"not packed").decode()}),
        urlencode({"SAMLRequest": packed(b"<a/>")[:-8]}),
        urlencode({"SAMLRequest": b64encode(b64decode(packed(b"<a/>")) + b"more").decode()}),
        "SAMLRequest=%ff",
    ],
)
def test_what_is_no_message_by_redirect(query: str) -> None:
    with pytest.raises(WrongMessageError):
        from_query(query)


@pytest.mark.parametrize(
    "form", [{}, {"SAMLRequest": ["PGEvPg==", "PGEvPg=="]}, {"SAMLRequest": ["!"]}, {"RelayState": ["x"]}]
)
def test_what_is_no_message_by_post(form: dict[str, list[str]]) -> None:
    with pytest.raises(WrongMessageError):
        from_form(form)


def test_the_query_says_what_it_is_signed_with() -> None:
    told = parse_qs(urlsplit(to_query("https://wiki.example/", "SAMLResponse", b"<a/>", "", KEY)).query)
    assert (told["SigAlg"], "RelayState" in told) == ([names.RSA_SHA256], False)
