"""Reading what a browser sends."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from limen.web import requests
from limen.web.requests import NotOursError, UnreadableError

ORIGIN = "https://limen.example"
SECRET = "s" * 43
OURS = ((b"sec-fetch-site", b"same-origin"), (b"origin", ORIGIN.encode()))
FORM = (b"content-type", b"application/x-www-form-urlencoded")
JSON = (b"content-type", b"application/json; charset=utf-8")


def _request(body: bytes = b"", *headers: tuple[bytes, bytes], query: bytes = b"") -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": query,
        "headers": list(headers),
    }
    return Request(scope, receive)


def _form(**fields: str) -> bytes:
    return urlencode({"csrf": requests.csrf_of(SECRET), **fields}).encode()


async def test_a_form_of_ours_is_read() -> None:
    sent = await requests.read_form(_request(_form(name="Ada", empty=""), FORM, *OURS), ORIGIN, SECRET)
    assert (requests.one(sent, "name"), requests.one(sent, "empty"), requests.one(sent, "none")) == ("Ada", "", "")


async def test_a_field_that_comes_twice_reads_as_nothing() -> None:
    body = _form() + b"&name=Ada&name=Eve"
    sent = await requests.read_form(_request(body, FORM, *OURS), ORIGIN, SECRET)
    assert requests.one(sent, "name") == ""


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ((b"sec-fetch-site", b"cross-site"), (b"origin", ORIGIN.encode())),
        ((b"sec-fetch-site", b"same-site"), (b"origin", ORIGIN.encode())),
        ((b"sec-fetch-site", b"none"),),
        ((b"sec-fetch-site", b"same-origin"), (b"origin", b"https://evil.example")),
        ((b"sec-fetch-site", b"same-origin"), (b"sec-fetch-site", b"same-origin")),
        ((b"origin", b"null"),),
        ((b"origin", b"https://limen.example.evil.example"),),
        ((b"origin", b"http://limen.example"),),
    ],
)
async def test_a_form_from_elsewhere_is_refused_even_with_a_good_token(
    headers: tuple[tuple[bytes, bytes], ...],
) -> None:
    with pytest.raises(NotOursError):
        await requests.read_form(_request(_form(), FORM, *headers), ORIGIN, SECRET)


@pytest.mark.parametrize("token", ["", "x", requests.csrf_of("another browser's secret"), SECRET, "é"])
async def test_a_form_without_this_browsers_token_is_refused_even_from_our_origin(token: str) -> None:
    body = urlencode({"csrf": token}).encode()
    with pytest.raises(NotOursError):
        await requests.read_form(_request(body, FORM, *OURS), ORIGIN, SECRET)


async def test_no_token_is_good_where_there_is_no_secret() -> None:
    body = urlencode({"csrf": requests.csrf_of("")}).encode()
    with pytest.raises(NotOursError):
        await requests.read_form(_request(body, FORM, *OURS), ORIGIN, "")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (_form(name="x" * 20_000), FORM),
        (_form(name="a\x00b"), FORM),
        (b"&".join(b"a=%d" % n for n in range(200)), FORM),
        (b"\xff\xfe", FORM),
        (_form(), (b"content-type", b"text/plain")),
        (_form(), (b"content-type", b"multipart/form-data; boundary=x")),
    ],
)
async def test_what_no_page_of_ours_sends_is_unreadable(body: bytes, kind: tuple[bytes, bytes]) -> None:
    with pytest.raises(UnreadableError):
        await requests.read_form(_request(body, kind, *OURS), ORIGIN, SECRET)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b'"text"'])
async def test_json_that_is_no_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        await requests.read_json(_request(body, JSON, *OURS), ORIGIN, SECRET)


async def test_json_carries_the_token_too() -> None:
    with pytest.raises(NotOursError):
        await requests.read_json(_request(b"{}", JSON, *OURS), ORIGIN, SECRET)
    good = b'{"csrf": "%s", "to": "/x", "n": 1}' % requests.csrf_of(SECRET).encode()
    sent = await requests.read_json(_request(good, JSON, *OURS), ORIGIN, SECRET)
    assert (requests.text_of(sent, "to"), requests.text_of(sent, "n"), requests.text_of(sent, "none")) == ("/x", "", "")


def test_a_cookie_that_comes_twice_or_is_no_token_is_none() -> None:
    token = "t" * 43
    name = requests.SESSION_COOKIE.encode()
    assert requests.token_in(_request(b"", (b"cookie", name + b"=" + token.encode())), "__Host-limen") == token
    twice = name + b"=" + token.encode() + b"; " + name + b"=" + token.encode()
    assert requests.token_in(_request(b"", (b"cookie", twice)), "__Host-limen") == ""
    for wrong in (b"", b"short", b"t" * 42 + b"!", b"t" * 44):
        assert requests.token_in(_request(b"", (b"cookie", name + b"=" + wrong)), "__Host-limen") == ""
    look_alike = b"__host-limen=" + token.encode() + b"; __Host-limen-app=" + token.encode()
    assert requests.token_in(_request(b"", (b"cookie", look_alike)), "__Host-limen") == ""


@pytest.mark.parametrize(
    "to",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "", "x", "/ä"],
)
def test_where_to_never_leads_off_this_host(to: str) -> None:
    assert requests.where_to(to) == "/"


def test_where_to_keeps_a_local_path() -> None:
    assert requests.where_to("/open?app=wiki&to=%2F") == "/open?app=wiki&to=%2F"


def test_a_query_value_counts_once_within_its_bound_and_an_id_by_its_letters() -> None:
    asked = _request(query=b"app=wiki&twice=1&twice=2&long=" + b"a" * 300 + b"&odd=a/b")
    assert requests.query(asked, "app") == "wiki"
    assert requests.query(asked, "twice") == ""
    assert requests.query(asked, "long") == ""
    assert requests.query_id(asked, "odd") == ""
    assert requests.query_id(asked, "app") == "wiki"


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("120", 120), ("9999", 0), ("-1", 0), ("1e2", 0), ("²", 0), ("١", 0), ("", 0), (" 7", 0)],
)
def test_a_number_is_figures_alone_and_not_too_many(text: str, number: int) -> None:
    assert requests.whole(text, 3) == number
