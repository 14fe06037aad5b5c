"""How messages come by way of a browser, and go: HTTP-Redirect and HTTP-POST (SAML Bindings, sections 3.4 and 3.5)."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes, urlencode, urlsplit

from limen.sso.saml import names
from limen.sso.saml.arrived import Arrived, WrongMessageError
from limen.sso.saml.keys import SamlKey
from limen.sso.saml.signatures import sign_query
from limen.sso.saml.xml_reader import MOST_BYTES

LONGEST_RELAY_STATE: Final = 1_024
"""Octets. The standard says 80; many apps send an address there."""
_READ: Final = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding")


def from_query(query: str) -> Arrived:
    """A message by HTTP-Redirect, from a query as it came: what is signed are the octets that the app wrote."""
    raw: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name in raw:
            raise WrongMessageError(f"{name} is there twice")
        if name in _READ:
            raw[name] = value
    name = _message_in(raw)
    if _plain(raw.get("SAMLEncoding", "")) not in {"", "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"}:
        raise WrongMessageError("it has an encoding that is not accepted")
    if ("Signature" in raw) != ("SigAlg" in raw):
        raise WrongMessageError("its signature is not whole")
    in_order = [f"{one}={raw[one]}" for one in (name, "RelayState", "SigAlg") if one in raw]
    return Arrived(
        name=name,
        document=_inflated(_from_base64(_plain(raw[name]))),
        binding=names.REDIRECT,
        relay_state=_relay_state(_plain(raw.get("RelayState", ""))),
        signed="&".join(in_order).encode() if "Signature" in raw else b"",
        algorithm=_plain(raw.get("SigAlg", "")),
        signature=_from_base64(_plain(raw.get("Signature", ""))),
    )


def from_form(form: Mapping[str, list[str]]) -> Arrived:
    """A message by HTTP-POST."""
    twice = [name for name in _READ if len(form.get(name, ())) > 1]
    if twice:
        raise WrongMessageError(f"{twice[0]} is there twice")
    sent = {name: form[name][0] for name in _READ if form.get(name)}
    name = _message_in(sent)
    document = _from_base64("".join(sent[name].split()))
    return Arrived(name, document, names.POST, _relay_state(sent.get("RelayState", "")))


def to_query(url: str, name: str, document: bytes, relay_state: str, key: SamlKey) -> str:
    """The address that brings a message by HTTP-Redirect, signed."""
    packer = zlib.compressobj(wbits=-15)
    packed = b64encode(packer.compress(document) + packer.flush()).decode()
    told = {name: packed, **({"RelayState": relay_state} if relay_state else {}), "SigAlg": names.RSA_SHA256}
    query = urlencode(told)
    signature = urlencode({"Signature": b64encode(sign_query(query, key)).decode()})
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}&{signature}"


def _message_in(sent: Mapping[str, str]) -> str:
    found = [name for name in ("SAMLRequest", "SAMLResponse") if sent.get(name)]
    if len(found) != 1:
        raise WrongMessageError("there is not exactly one message")
    return found[0]


def _plain(value: str) -> str:
    try:
        return unquote_to_bytes(value.replace("+", " ")).decode()
    except UnicodeDecodeError:
        raise WrongMessageError("it is not in UTF-8") from None


def _from_base64(text: str) -> bytes:
    if len(text) > 2 * MOST_BYTES:
        raise WrongMessageError("it is too long")
    try:
        return b64decode(text, validate=True)
    except (NotBase64Error, ValueError):
        raise WrongMessageError("it is not in base64") from None


def _inflated(packed: bytes) -> bytes:
    """What was packed, as far as a message may be long: a bomb is not unpacked."""
    unpacker = zlib.decompressobj(wbits=-15)
    try:
        document = unpacker.decompress(packed, MOST_BYTES + 1)
    except zlib.error:
        raise WrongMessageError("it is not packed as it should be") from None
    if len(document) > MOST_BYTES or not unpacker.eof or unpacker.unused_data:
        raise WrongMessageError("it is too long, or not whole")
    return document


def _relay_state(text: str) -> str:
    if len(text.encode()) > LONGEST_RELAY_STATE or not all(one.isprintable() for one in text):
        raise WrongMessageError("its relay state is too long, or can't be shown")
    return text
