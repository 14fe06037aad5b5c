"""Shared signals on the sign-in host: other services manage the streams on which they are told security events, and
fetch what they are not pushed (OpenID SSF 1.0, RFC 8936).

An ASGI application beside the pages: no cookie is looked at, nothing is answered to other origins, and whatever goes
wrong is JSON.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from limen.pillar import NotTakenError
from limen.sso.oidc.protocol import ProtocolReply
from limen.sso.shared_signals import configuration as at, requests
from limen.sso.shared_signals.access import NoReceiverError
from limen.sso.shared_signals.receivers import SignalReceiver
from limen.sso.shared_signals.requests import WrongRequestError
from limen.sso.shared_signals.transmitter import Transmitter
from limen.storage.errors import StorageError
from limen.web.callers import address_of, bearer_token
from limen.web.middleware import App as Asgi, TooLargeError
from limen.web.page import Route
from limen.web.ports import Ports

DOOR: Final = "signals"
PREFIX: Final = "/ssf/"
JSON: Final = "application/json"
_BY_RECEIVERS: Final = "services that are told security events ask here, each under its own token; no session counts"
PAGES: Final = (
    Route("GET", at.WELL_KNOWN, undecided="what receivers find before they have a token", media_type=JSON),
    Route("GET", at.STREAMS, undecided=_BY_RECEIVERS, media_type=JSON),
    Route("POST", at.STREAMS, undecided=_BY_RECEIVERS),
    Route("GET", at.STATUS, undecided=_BY_RECEIVERS, media_type=JSON),
    Route("POST", at.STATUS, undecided=_BY_RECEIVERS),
    Route("POST", at.ADD_SUBJECT, undecided=_BY_RECEIVERS),
    Route("POST", at.REMOVE_SUBJECT, undecided=_BY_RECEIVERS),
    Route("POST", at.VERIFY, undecided=_BY_RECEIVERS),
    Route("POST", f"{at.POLL_AT}/{{stream_id}}", undecided=_BY_RECEIVERS),
)
"""They, and PUT, PATCH and DELETE of a stream, are answered beside the pages, by an application of their own."""
METHODS: Final = {
    at.WELL_KNOWN: ("GET",),
    at.STREAMS: ("GET", "POST", "PUT", "PATCH", "DELETE"),
    at.STATUS: ("GET", "POST"),
    at.ADD_SUBJECT: ("POST",),
    at.REMOVE_SUBJECT: ("POST",),
    at.VERIFY: ("POST",),
}
RETRY_AFTER_SECONDS: Final = 5
LONGEST_QUERY: Final = 1_000


def is_asked(path: str) -> bool:
    """Is this path one of shared signals'?"""
    return path.startswith(PREFIX) or path == at.WELL_KNOWN


def build(ports: Ports) -> Asgi:
    """The API over these ports."""
    return _Api(ports)


class _Api:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._said = at.configuration(ports.settings.public_url)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except WrongRequestError as wrong:
            response = _error(wrong.status, wrong.word, wrong.what)
        except ClientDisconnect:
            return
        except TooLargeError:
            response = _error(413, "too-large", "more than 64 KB")
        except (StorageError, NotTakenError):
            response = _error(503, "unavailable", "not at this moment")
            response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path, transmitter = request.scope["path"], self._ports.offers.find(Transmitter)
        if not path.isprintable():
            raise WrongRequestError(400, "garbage", "the path can't be read")
        stream_id = path.removeprefix(f"{at.POLL_AT}/") if path.startswith(f"{at.POLL_AT}/") else ""
        allowed = ("POST",) if stream_id else METHODS.get(path, ())
        if transmitter is None or not allowed:
            raise WrongRequestError(404, "nothing-here", "there is nothing here")
        if request.method not in allowed:
            response = _error(405, "method-not-allowed", "this method is not answered")
            response.headers["allow"] = ", ".join(allowed)
            return response
        if path == at.WELL_KNOWN:
            return _json(200, self._said)
        try:
            return await self._answer_receiver(transmitter, request, path, stream_id)
        except NoReceiverError as wrong:
            self._ports.doors.tell(
                "workload.refused", wrong.word, door=DOOR, address=address_of(request, self._ports.settings.listen)
            )
            response = _error(401, "unauthorized", "a token of a receiver is required")
            response.headers["www-authenticate"] = 'Bearer realm="Shared Signals"'
            return response

    async def _answer_receiver(self, transmitter: Transmitter, request: Request, path: str, stream_id: str) -> Response:
        """What whoever has a token is answered. Raises NoReceiverError, WrongRequestError."""
        token = bearer_token(request)
        receiver = await transmitter.access.receiver(token)
        if stream_id:
            asked = requests.read(requests.PollRequest, await _body(request))
            reply = await transmitter.polling.poll(receiver, stream_id, asked)
            await transmitter.access.refuse_ended(token)
            return _reply(reply)
        if request.method != "GET" and path != at.VERIFY:  # that has a limit of its own
            transmitter.access.refuse_many_changes(receiver)
        return await self._manage(transmitter, receiver, request, path)

    async def _manage(
        self, transmitter: Transmitter, receiver: SignalReceiver, request: Request, path: str
    ) -> Response:
        management = transmitter.management
        if request.method in {"GET", "DELETE"}:
            return await self._of_named_stream(transmitter, receiver, request, path)
        body = await _body(request)
        if path == at.STREAMS:
            wanted = requests.read(requests.StreamRequest, body)
            if request.method == "POST":
                return _reply(await management.create(receiver, wanted))
            return _reply(await management.update(receiver, wanted, is_whole=request.method == "PUT"))
        if path == at.STATUS:
            return _reply(await management.set_status(receiver, requests.read(requests.StatusRequest, body)))
        if path == at.VERIFY:
            return _reply(await management.verify(receiver, requests.read(requests.VerificationRequest, body)))
        subject = requests.read(requests.SubjectRequest, body)
        change = management.add_subject if path == at.ADD_SUBJECT else management.remove_subject
        return _reply(await change(receiver, subject))

    async def _of_named_stream(
        self, transmitter: Transmitter, receiver: SignalReceiver, request: Request, path: str
    ) -> Response:
        """What is asked of the stream that the query names."""
        stream_id, management = _stream_in(request), transmitter.management
        if request.method == "DELETE":
            return _reply(await management.delete(receiver, stream_id))
        if path == at.STATUS:
            return _reply(await management.status(receiver, stream_id))
        found = await management.read(receiver, stream_id)
        return _json(200, found) if isinstance(found, list) else _reply(found)


async def _body(request: Request) -> bytes:
    """A body of JSON. Raises WrongRequestError, TooLargeError."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise WrongRequestError(415, "no-json", "the body is application/json")
    return await request.body()


def _stream_in(request: Request) -> str:
    """The stream that the query names; "" where it names none. Raises WrongRequestError."""
    query = request.scope.get("query_string", b"")
    said: list[tuple[str, str]] | None
    try:
        said = parse_qsl(query.decode("ascii"), max_num_fields=20) if len(query) <= LONGEST_QUERY else None
    except ValueError:
        said = None
    if said is None or sum(name == "stream_id" for name, _ in said) > 1:
        raise WrongRequestError(400, "garbage", "the query can't be read")
    stream_id = dict(said).get("stream_id", "")
    if not stream_id.isprintable():
        raise WrongRequestError(400, "garbage", "the query can't be read")
    return stream_id


def _reply(reply: ProtocolReply) -> Response:
    return Response(status_code=reply.status) if not reply.body else _json(reply.status, reply.body)


def _error(status: int, word: str, what: str) -> Response:
    return _json(status, {"err": word, "description": what})


def _json(status: int, said: Any) -> Response:
    return Response(msgspec.json.encode(said), status, {"cache-control": "no-store"}, JSON)
