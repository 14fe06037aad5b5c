"""What programs on machines that follow Limen are answered: JSON, and nothing to whoever proves nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Clock
from limen.following.questions import FollowerRefusedError
from limen.following.wire import KeyRefusedError
from limen.pillar import NotTakenError
from limen.storage.errors import StorageError
from limen.web.requests import media_type_of

RETRY_AFTER_SECONDS: Final = 5

Work: TypeAlias = Callable[[Request], Awaitable[dict[str, Any] | None]]
Answers: TypeAlias = Callable[[Request], Awaitable[Response]]


def answering(work: Work) -> Answers:
    """What answers in JSON; 204 where there is nothing new."""

    async def answered(request: Request) -> Response:
        if media_type_of(request) != "application/json":
            return _json(400, {"error": "malformed"})
        try:
            said = await work(request)
        except FollowerRefusedError:
            return _json(401, {"error": "refused"})
        except (msgspec.MsgspecError, KeyRefusedError, RecursionError):
            return _json(400, {"error": "malformed"})
        except (StorageError, NotTakenError):
            response = _json(503, {"error": "unavailable"})
            response.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
            return response
        return Response(status_code=204) if said is None else _json(200, said)

    return answered


def answering_at(clock: Clock, work: Work) -> Answers:
    """The same, and each answer tells what time it is by Limen."""
    answered = answering(work)

    async def answered_at(request: Request) -> Response:
        answer = await answered(request)
        answer.headers["limen-at"] = str(clock.now())
        return answer

    return answered_at


def bearer(request: Request) -> str:
    """The secret that was sent; "" where none was."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _json(status: int, said: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(said), status, {"cache-control": "no-store"}, "application/json")
