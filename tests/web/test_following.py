"""What programs that follow Limen are answered, whatever goes wrong."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from starlette.requests import Request

from limen.clock import SetClock
from limen.following.questions import FollowerRefusedError
from limen.following.wire import KeyRefusedError
from limen.pillar import NotTakenError
from limen.web.following import answering, answering_at, bearer


def request(kind: str = "application/json", authorization: str = "") -> Request:
    headers = [(b"content-type", kind.encode()), (b"authorization", authorization.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers})


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (FollowerRefusedError(), 401),
        (KeyRefusedError(), 400),
        (msgspec.ValidationError(), 400),
        (RecursionError(), 400),
        (NotTakenError("not kept", "send it again"), 503),
    ],
)
async def test_what_goes_wrong_is_one_word(wrong: Exception, status: int) -> None:
    async def work(_request: Request) -> dict[str, Any] | None:
        raise wrong

    answer = await answering(work)(request())
    assert (answer.status_code, set(msgspec.json.decode(answer.body))) == (status, {"error"})
    assert ("retry-after" in answer.headers) is (status == 503)


async def test_nothing_new_is_an_empty_answer_and_each_tells_the_time() -> None:
    async def work(_request: Request) -> dict[str, Any] | None:
        return None

    answer = await answering_at(SetClock(5), work)(request())
    assert (answer.status_code, answer.headers["limen-at"]) == (204, "5")
    assert (await answering(work)(request("text/plain"))).status_code == 400


@pytest.mark.parametrize(("said", "secret"), [("Bearer x", "x"), ("bearer  x ", "x"), ("Basic x", ""), ("", "")])
def test_a_secret_is_what_stands_behind_bearer(said: str, secret: str) -> None:
    assert bearer(request(authorization=said)) == secret
