"""Around every page: the same headers everywhere, one host, and bounds on what comes in."""

from __future__ import annotations

from typing import Any

import pytest

from limen.web.middleware import CSP, FORM_TARGETS, Middleware
from limen.web.page import MAX_BODY_BYTES

EVERYWHERE = (
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "cache-control",
)


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body, then says how long it was; tries to weaken what the middleware says."""
    length = 0
    while True:
        message = await receive()
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    weaker = [(b"content-security-policy", b"default-src *"), (b"cache-control", b"public"), (b"x-own", b"kept")]
    await send({"type": "http.response.start", "status": 200, "headers": weaker})
    await send({"type": "http.response.body", "body": str(length).encode()})


async def _ask(
    *chunks: bytes, path: str = "/", headers: tuple[tuple[bytes, bytes], ...] = ((b"host", b"limen.example"),)
) -> tuple[int, dict[str, str], bytes]:
    sent: list[dict[str, Any]] = []
    waiting = list(chunks) or [b""]

    async def receive() -> dict[str, Any]:
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": list(headers)}
    await Middleware(_echo, "limen.example", {"/import": 2 * MAX_BODY_BYTES})(scope, receive, send)
    fields: dict[str, str] = {}
    for name, value in sent[0]["headers"]:
        assert name.decode() not in fields, f"{name!r} twice"
        fields[name.decode()] = value.decode()
    return sent[0]["status"], fields, b"".join(message.get("body", b"") for message in sent[1:])


async def test_every_response_carries_the_strict_headers_once_and_a_page_cannot_weaken_them() -> None:
    status, fields, _ = await _ask()
    assert status == 200
    assert set(EVERYWHERE) <= set(fields)
    assert fields["content-security-policy"] == CSP
    assert fields["cache-control"] == "no-store"
    assert fields["x-own"] == "kept"


def test_the_policy_lets_nothing_inline_and_nothing_foreign() -> None:
    assert CSP.startswith("default-src 'none'; ")
    for demand in (
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
    ):
        assert demand in CSP
    for hole in ("unsafe", "*", "data:", "http"):
        assert hole not in CSP


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"host", b"evil.example"),),
        ((b"host", b"limen.example.evil.example"),),
        ((b"host", b"limen.example:8080"),),
        ((b"host", b"limen.example"), (b"host", b"limen.example")),
        ((b"host", b"limen.example"), (b"host", b"evil.example")),
    ],
)
async def test_only_the_sign_in_host_is_answered_for(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    status, fields, _ = await _ask(headers=headers)
    assert status == 421
    assert set(EVERYWHERE) <= set(fields)


async def test_a_body_is_bounded_by_what_it_says_and_by_what_it_is() -> None:
    host = (b"host", b"limen.example")
    said = await _ask(headers=(host, (b"content-length", str(MAX_BODY_BYTES + 1).encode())))
    assert said[0] == 413
    lied = await _ask(*[b"x" * 16_384] * 5)
    assert lied[0] == 413
    fits = await _ask(b"x" * MAX_BODY_BYTES)
    assert (fits[0], fits[2]) == (200, str(MAX_BODY_BYTES).encode())


async def test_more_may_be_sent_to_a_path_that_says_so_and_not_below_it() -> None:
    twice = [b"x" * MAX_BODY_BYTES] * 2
    assert (await _ask(*twice, path="/import"))[0] == 200
    assert (await _ask(*twice, b"x", path="/import"))[0] == 413
    assert (await _ask(*twice, path="/import/apply"))[0] == 413


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"", b"9" * 13, b"0x10"])
async def test_a_length_that_is_no_number_is_refused(length: bytes) -> None:
    assert (await _ask(headers=((b"host", b"limen.example"), (b"content-length", length))))[0] == 413


async def test_a_very_long_address_is_refused() -> None:
    assert (await _ask(path="/" + "a" * 9_000))[0] == 414


async def test_a_page_that_posts_elsewhere_names_where_and_loosens_nothing_else() -> None:
    sent: list[dict[str, Any]] = []

    async def posting(scope: Any, receive: Any, send: Any) -> None:
        scope["state"][FORM_TARGETS] = ("https://wiki.example/a;b,c?d=1;script-src *#x",)
        await _echo(scope, receive, send)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(b"host", b"limen.example")],
    }
    await Middleware(posting, "limen.example")(scope, receive, send)
    policy = dict(sent[0]["headers"])[b"content-security-policy"].decode()
    assert policy == CSP.replace("form-action 'self'", "form-action 'self' https://wiki.example/a%3Bb%2Cc")
