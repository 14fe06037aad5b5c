from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import only


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("DescribeInstances", (6003, 2)),
        ("CreateAccessKey", (6003, 1)),
        ("DeleteBucket", (6003, 4)),
        ("ModifyImageAttribute", (6003, 3)),
        ("DeactivateMFADevice", (3001, 11)),
        ("StopLogging", (6002, 7)),
        ("AttachUserPolicy", (3005, 1)),
    ],
)
def test_a_calls_name_says_what_it_does(name: str, found: tuple[int, int]) -> None:
    event = only("aws", f'{{"eventName":"{name}","eventSource":"x"}}')
    assert (event.class_uid, event.activity_id) == found


def test_a_sign_in_fails_by_its_answer() -> None:
    record = '{"eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"%s"}}'
    assert [only("aws", record % one).status_id for one in ("Success", "Failure")] == [1, 2]
