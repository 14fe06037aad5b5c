"""`/.limen/stopped` on an app's host: the person whose document was stopped says why it may pass, or that it is not
sensitive. Only the session that sent it may, and only from a page of the app's own host.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec

from limen.enforcement.answers import Reply, json_reply
from limen.enforcement.documents import stopped_page
from limen.enforcement.documents.guard import NOT_SENSITIVE, DocumentGuard
from limen.enforcement.documents.stops import Stopped
from limen.facts import App, Session
from limen.printable import is_printable

MOST_BYTES: Final = 8_192


class DialogueRequest(msgspec.Struct, frozen=True):
    """A request to `/.limen/stopped`. `session` is the live one of its cookie, `whom_to_ask` who may be asked,
    `public_url` that of the sign-in host.
    """

    method: str
    query: bytes
    content_type: bytes
    app: App
    whom_to_ask: Callable[[App, Stopped], str]
    session: Session | None
    same_origin: bool
    public_url: str
    is_by_script: bool = False
    """Whether a page asks for it in the background, and nobody sees what is said in their name."""


async def answer(
    guard: DocumentGuard, request: DialogueRequest, receive: Callable[[], Awaitable[MutableMapping[str, Any]]]
) -> Reply:
    """What is said there."""
    if request.method == "GET":
        stop_id = _one(parse_qs(request.query.decode("latin-1"), max_num_fields=16), "id") if request.query else ""
        stopped = await _find(guard, request, stop_id)
        if stopped is None:
            return stopped_page.gone_page()
        ask = request.whom_to_ask(request.app, stopped)
        return stopped_page.page(stopped, request.app.name, ask, public_url=request.public_url)
    if request.method != "POST" or not request.same_origin or request.is_by_script:
        return json_reply(403, {"error": "access_denied"})
    is_json = request.content_type.partition(b";")[0].strip().lower() == b"application/json"
    said = _said(await _read(receive), is_json=is_json)
    stopped = await _find(guard, request, said.get("id", ""))
    if stopped is None or not stopped.may_justify:
        return json_reply(404, {"error": "not_found"}) if is_json else stopped_page.gone_page()
    why = said.get("why", "").strip()
    is_not_sensitive = said.get("choice") == "not-sensitive"
    if not is_not_sensitive and (not why or len(why) > stopped_page.LONGEST_WHY or not is_printable(why)):
        if is_json:
            return json_reply(400, {"error": "invalid_request"})
        ask = request.whom_to_ask(request.app, stopped)
        return stopped_page.page(
            stopped, request.app.name, ask, public_url=request.public_url, status=400, says_nothing=True
        )
    if is_not_sensitive:
        if not await guard.is_not_sensitive(stopped):
            if is_json:
                return json_reply(409, {"error": "is_sensitive"})
            ask = request.whom_to_ask(request.app, stopped)
            return stopped_page.page(
                stopped, request.app.name, ask, public_url=request.public_url, status=409, is_sensitive=True
            )
        why = why[: stopped_page.LONGEST_WHY] if why and is_printable(why) else NOT_SENSITIVE
    given = await guard.stops.justify(stopped, why)
    page = stopped_page.justified_page(given, is_not_sensitive=is_not_sensitive)
    return json_reply(200, {"passes_until": given.until}) if is_json else page


async def _find(guard: DocumentGuard, request: DialogueRequest, stop_id: str) -> Stopped | None:
    found = await guard.stops.find(stop_id, request.session.id) if request.session is not None else None
    return found if found is not None and found.about.app == request.app.id else None


def _said(body: bytes, *, is_json: bool) -> dict[str, str]:
    if not is_json:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=16) if body else {}
        return {name: _one(fields, name) for name in ("id", "why", "choice")}
    try:
        return msgspec.json.decode(body, type=dict[str, str])
    except msgspec.MsgspecError:
        return {}


def _one(fields: dict[str, list[str]], name: str) -> str:
    values = fields.get(name, [])
    return values[0] if len(values) == 1 else ""


async def _read(receive: Callable[[], Awaitable[MutableMapping[str, Any]]]) -> bytes:
    """The body; b"" where it is too large, or the client has gone."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return b""
        if not message.get("more_body", False):
            return body
