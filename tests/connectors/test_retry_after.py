"""How long a vendor wants to be left alone, however it says so."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

from limen.connectors.retry_after import asks_to_wait, seconds_to_wait
from limen.guarded_http import Reply

DATE = "Fri, 27 Nov 2026 09:00:00 GMT"
AT = 1_795_770_000


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    return Reply(status, CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()}), body)


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        (reply(429), True),
        (reply(503), True),
        (reply(500), False),
        (reply(401, retry_after="5"), False),
        (reply(403), False),
        (reply(403, retry_after="5"), True),
        (reply(403, x_ratelimit_remaining="0"), True),
        (reply(403, x_ratelimit_remaining="9"), False),
        (reply(403, b'{"error": {"errors": [{"reason": "rateLimitExceeded"}]}}'), True),
        (reply(403, b'{"error": {"errors": [{"reason": "forbidden"}]}}'), False),
        (reply(403, b" " * 10_000 + b"rateLimitExceeded"), False),
    ],
)
def test_whether_the_same_is_asked_again(answer: Reply, waits: bool) -> None:
    assert asks_to_wait(answer) is waits


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429), 8.0),
        (reply(429, retry_after="7"), 7.0),
        (reply(429, retry_after=DATE), 8.0),
        (reply(429, retry_after="-1"), 8.0),
        (reply(429, retry_after="9" * 40), 8.0),
        (reply(429, x_rate_limit_reset=str(AT + 30), date=DATE), 30.0),
        (reply(429, x_rate_limit_reset=str(AT - 30), date=DATE), 1.0),
        (reply(429, x_rate_limit_reset="soon", date=DATE), 8.0),
        (reply(429, x_rate_limit_reset=str(AT + 30), date="yesterday"), 8.0),
        (reply(429, x_rate_limit_reset=str(AT + 30)), 8.0),
    ],
)
def test_for_how_long(answer: Reply, seconds: float) -> None:
    assert seconds_to_wait(answer, 3) == seconds
