"""Reading what a browser sends: cookies, forms and JSON, bounded, and only from our own pages."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from re import Pattern, compile as pattern
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from limen import ties
from limen.enforcement.headers import TwiceError, cookie
from limen.enforcement.paths import local_path
from limen.errors import LimenError

SESSION_COOKIE: Final = "__Host-limen"
BROWSER_COOKIE: Final = "__Host-limen-browser"
BROWSER_LIVES_SECONDS: Final = 400 * 24 * 3600  # RFC 6265bis section 5.5: no cookie lives longer
TIE_COOKIE: Final = ties.COOKIE.decode()
FORM: Final = "application/x-www-form-urlencoded"
MAX_FIELDS: Final = 128
MAX_VALUE: Final = 16_384

_TOKEN: Final = pattern(rb"[A-Za-z0-9_-]{43}")
_ID: Final = pattern(r"[A-Za-z0-9_.-]{1,128}")


class TooManyAtOnceError(LimenError):
    """Making it again, or for so many at once, would take what Limen needs for everybody. Nothing was made."""

    def __init__(self) -> None:
        super().__init__("A copy for you, or many for others, is already being prepared", "try again in a few minutes")


class NotOursError(LimenError):
    """The request does not come from one of our own pages, or its page is older than the session."""

    def __init__(self) -> None:
        super().__init__("This page has expired, or the request didn't come from it", "go back, reload, and try again")


class OtherSiteError(NotOursError):
    """The browser says that another site's page sent it, or does not say that it was one of ours."""


class UnreadableError(LimenError):
    """The body is not what any page of ours sends."""

    def __init__(self) -> None:
        super().__init__("The form couldn't be read", "go back, reload the page, and try again")


def token_in(request: Request, name: str, form: Pattern[bytes] = _TOKEN) -> str:
    """The token in this cookie; "" where it is missing, malformed, or sent twice."""
    cookies = b"; ".join(value for field, value in request.scope["headers"] if field == b"cookie")
    try:
        value = cookie(cookies, name.encode())
    except TwiceError:
        return ""
    return value.decode() if form.fullmatch(value) else ""


def csrf_of(secret: str) -> str:
    """The token that a page carries in its forms: made from the cookie's secret, which no other site can read."""
    digest = hmac.digest(secret.encode(), b"limen form", hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


async def read_form(request: Request, own_origin: str, secret: str) -> dict[str, list[str]]:
    """The fields of a form of ours. Raises NotOursError, UnreadableError."""
    check_sent(request, own_origin, FORM)
    try:
        pairs = parse_qsl((await request.body()).decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise UnreadableError from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if len(value) > MAX_VALUE or "\x00" in value:
            raise UnreadableError
        fields.setdefault(name, []).append(value)
    check_csrf(one(fields, "csrf"), secret)
    return fields


async def read_json(request: Request, own_origin: str, secret: str) -> dict[str, Any]:
    """The object that a script of ours sends. Raises NotOursError, UnreadableError."""
    check_sent(request, own_origin, "application/json")
    try:
        sent = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise UnreadableError from None
    if not isinstance(sent, dict):
        raise UnreadableError
    check_csrf(text_of(sent, "csrf"), secret)
    return sent


def check_sent(request: Request, own_origin: str, media_type: str) -> None:
    """Raises NotOursError, UnreadableError unless one of our own pages sent this, as this type."""
    check_origin(request, own_origin)
    if media_type_of(request) != media_type:
        raise UnreadableError


def media_type_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_origin(request: Request, own_origin: str) -> None:
    """Raises OtherSiteError unless the browser says that one of our own pages sent this.

    `Sec-Fetch-Site` (Fetch Metadata) can't be set by any page. Where a browser does not send it, the Origin must be
    ours; under our `Referrer-Policy: no-referrer` a form's Origin is "null", which is refused then.
    """
    site = request.headers.getlist("sec-fetch-site")
    if site:
        if site != ["same-origin"]:
            raise OtherSiteError
        origin = request.headers.get("origin", own_origin)
        if origin not in {own_origin, "null"}:
            raise OtherSiteError
    elif request.headers.getlist("origin") != [own_origin]:
        raise OtherSiteError


def one(fields: Mapping[str, Sequence[str]], name: str) -> str:
    """The one value of a field; "" where it is missing or repeated."""
    values = fields.get(name, ())
    return values[0] if len(values) == 1 else ""


def text_of(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name, "")
    return value if isinstance(value, str) and len(value) <= MAX_VALUE else ""


def query(request: Request, name: str, longest: int = 200) -> str:
    """One value of the query; "" where it is missing, repeated or too long."""
    values = request.query_params.getlist(name)
    return values[0] if len(values) == 1 and len(values[0]) <= longest else ""


def whole(text: str, digits: int) -> int:
    """The number that this text writes in at most so many digits; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else 0


def query_id(request: Request, name: str) -> str:
    """A value of the query that can be an id; "" otherwise."""
    value = query(request, name)
    return value if _ID.fullmatch(value) else ""


def where_to(text: str, otherwise: str = "/") -> str:
    """`text` where it is a path on this host; never a way out to another one."""
    return local_path(text) or otherwise


def check_csrf(given: str, secret: str) -> None:
    """Raises NotOursError unless a form carries the token that its page was given."""
    if not secret or not hmac.compare_digest(given.encode("utf-8", "replace"), csrf_of(secret).encode()):
        raise NotOursError
