"""Messages of agents: bounded, and believed by one key alone."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from limen.devices import wire
from limen.devices.wire import Kind, RefusedError

KEY = ECKey.generate_key("P-256")
JWK = {name: str(KEY.as_dict(private=False)[name]) for name in ("crv", "kty", "x", "y")}
NOW = 1_795_000_000_000
HEADER = {"alg": "ES256", "typ": "limen-report+jwt", "kid": "d_1"}
REGISTRY = jws.JWSRegistry(algorithms=["ES256", "HS256", "none"], strict_check_header=False)


def part(value: object) -> bytes:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def signed(claims: Any, header: dict[str, Any] | None = None, key: ECKey = KEY) -> bytes:
    return jws.serialize_compact(header or HEADER, json.dumps(claims).encode(), key, registry=REGISTRY).encode()


def error(compact: bytes, kind: Kind = Kind.REPORT) -> str:
    with pytest.raises(RefusedError) as refused:
        wire.verify(wire.read(compact, kind), JWK)
    return refused.value.error


def test_what_the_key_signed_is_believed() -> None:
    compact = signed({"aud": "https://limen.example", "iat": NOW // 1000})
    message = wire.read(compact, Kind.REPORT)
    wire.verify(message, JWK)
    wire.judge_claims(message, "https://limen.example", NOW)
    assert (message.device_id, message.jwk, len(message.digest)) == ("d_1", None, 32)


@pytest.mark.parametrize(
    "header",
    [
        {**HEADER, "alg": "none"},
        {**HEADER, "alg": "HS256"},
        {**HEADER, "typ": "limen-enrol+jwt"},
        {**HEADER, "jwk": JWK},
        {**HEADER, "jku": "https://evil.example"},
        {**HEADER, "crit": ["b64"], "b64": False},
        {"alg": "ES256", "typ": "limen-report+jwt"},
        {**HEADER, "kid": ""},
        {**HEADER, "kid": "d" * 41},
        {**HEADER, "kid": ["d_1"]},
    ],
)
def test_a_header_that_says_anything_else_is_refused(header: dict[str, Any]) -> None:
    signature = signed({}).rpartition(b".")[2]
    assert error(b".".join([part(header), part({}), signature])) == "malformed"


@pytest.mark.parametrize(
    "body",
    [b"[]", b"7", b"", b"{", b"\xff", b'{"a":NaN}', b"[" * 20_000, b'{"a":' * 9 + b"1" + b"}" * 9, b"9" * 5_000],
    ids=range(9),
)
def test_claims_that_are_no_shallow_object_are_refused(body: bytes) -> None:
    signature = signed({}).rpartition(b".")[2]
    assert error(b".".join([part(HEADER), part(body), signature])) == "malformed"


def test_what_is_too_long_is_not_read() -> None:
    assert error(signed({"name": "x" * 60_000})) == "too_large"


@given(st.binary(max_size=200))
def test_whatever_strangers_send_is_refused_and_nothing_else_happens(raw: bytes) -> None:
    assert error(raw) == "malformed"


def test_another_key_or_another_text_is_refused() -> None:
    assert error(signed({}, key=ECKey.generate_key("P-256"))) == "not_this_device"
    head, _, signature = signed({}).split(b".")
    assert error(b".".join([head, part({"seq": 2}), signature])) == "not_this_device"
    oct_key = OctKey.import_key(json.dumps(JWK).encode())
    forged = jws.serialize_compact({**HEADER, "alg": "HS256"}, b"{}", oct_key, registry=REGISTRY).encode()
    assert error(forged) == "malformed"


@pytest.mark.parametrize(
    "jwk",
    [
        {**JWK, "d": "A" * 43},
        {**JWK, "crv": "P-384"},
        {**JWK, "kty": "RSA"},
        {**JWK, "x": "A" * 42},
        {**JWK, "y": "A" * 43},
        "key",
        None,
    ],
)
def test_a_key_that_is_enrolled_is_a_public_point_and_nothing_else(jwk: object) -> None:
    header = {"alg": "ES256", "typ": "limen-enrol+jwt", "jwk": jwk}
    compact = b".".join([part(header), part({}), signed({}).rpartition(b".")[2]])

    def believed() -> None:
        message = wire.read(compact, Kind.ENROL)
        wire.verify(message, message.jwk or {})

    with pytest.raises(RefusedError) as refused:
        believed()
    assert refused.value.error == "malformed"


@pytest.mark.parametrize(
    ("claims", "named"),
    [
        ({"aud": "https://other.example", "iat": NOW // 1000}, "malformed"),
        ({"aud": ["https://limen.example"], "iat": NOW // 1000}, "malformed"),
        ({"aud": "https://limen.example", "iat": NOW // 1000 + 301}, "clock"),
        ({"aud": "https://limen.example", "iat": NOW // 1000 - 301}, "clock"),
        ({"aud": "https://limen.example", "iat": True}, "malformed"),
        ({"aud": "https://limen.example", "iat": 10**30}, "malformed"),
        ({"aud": "https://limen.example"}, "malformed"),
    ],
)
def test_what_is_not_for_us_and_of_now_is_refused(claims: dict[str, Any], named: str) -> None:
    with pytest.raises(RefusedError) as refused:
        wire.judge_claims(wire.read(signed(claims), Kind.REPORT), "https://limen.example", NOW)
    assert refused.value.error == named


def test_a_key_is_named_by_its_thumbprint() -> None:
    assert wire.thumbprint(JWK) == KEY.thumbprint()


@given(st.binary(max_size=60))
def test_what_is_encoded_is_decoded(raw: bytes) -> None:
    assert wire.decoded(wire.encoded(raw), 60) == raw
    with pytest.raises(RefusedError):
        wire.decoded("=" + wire.encoded(raw), 60)


def test_a_report_says_before_its_checks_whether_it_may_wait() -> None:
    def said(claims: str) -> bool:
        return wire.says_interval(b"e30." + wire.encoded(claims.encode()).encode() + b"." + b"s" * 86)

    assert said('{"seq": 1, "why": "interval", "checks": []}')
    assert said('{"why":"interval"}')
    for other in ('{"why": "change"}', "{}", '{"why": "intervals"}', f'{{"x": "{"x" * 2_000}", "why": "interval"}}'):
        assert not said(other)
    for broken in (b"", b".", b"..", b"e30.\xff\xff.x", b"e30.A.x", b"x" * 100_000):
        assert not wire.says_interval(broken)
