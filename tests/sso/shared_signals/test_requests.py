from __future__ import annotations

import pytest

from limen.sso.shared_signals.requests import (
    MOST_BYTES,
    PollRequest,
    StatusRequest,
    StreamRequest,
    SubjectRequest,
    VerificationRequest,
    WrongRequestError,
    read,
)

DEEP = b'{"stream_id": "a", "subject": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"


def test_members_that_are_not_known_are_passed_over() -> None:
    assert read(PollRequest, b'{"maxEvents": 3, "ack": ["a"], "odd": {}}') == PollRequest(max_events=3, ack=["a"])
    assert read(StreamRequest, b'{"format": "email"}') == StreamRequest()


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (PollRequest, b"", 400),
        (PollRequest, b"[]", 400),
        (PollRequest, b'{"maxEvents": -1}', 400),
        (PollRequest, b'{"ack": "a"}', 400),
        (PollRequest, b'{"ack": [' + b'"a",' * 1_000 + b'"a"]}', 400),
        (PollRequest, b"\xff", 400),
        (StatusRequest, b'{"stream_id": "a", "status": "gone"}', 400),
        (VerificationRequest, b'{"state": "a"}', 400),
        (VerificationRequest, b'{"stream_id": "a", "state": "' + b"s" * 2_000 + b'"}', 400),
        (SubjectRequest, DEEP, 400),
        (StreamRequest, b" " * (MOST_BYTES + 1), 413),
    ],
)
def test_what_can_not_be_read_is_refused(kind: type, body: bytes, status: int) -> None:
    with pytest.raises(WrongRequestError) as wrong:
        read(kind, body)
    assert wrong.value.status == status
