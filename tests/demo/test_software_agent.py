"""The agent made of software keeps to what the contract says; what it sends is judged in `tests/devices`."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jws

from limen.demo.software_agent import HEALTHY, NotTakenError, SoftwareAgent, digest
from limen.devices import observed
from limen.facts import CHECKS

NOW = 1_790_000_000


def agent() -> SoftwareAgent:
    return SoftwareAgent("https://login.harbor.example", lambda: NOW)


def test_a_message_is_signed_by_the_devices_key() -> None:
    one = agent()
    read = jws.deserialize_compact(one.signed("report", {"seq": 1}), one.key)
    assert (read.protected["typ"], read.protected["kid"], b'"seq": 1' in read.payload) == (
        "limen-report+jwt",
        one.device,
        True,
    )


def test_what_is_healthy_is_what_the_contract_knows() -> None:
    assert set(HEALTHY) == set(CHECKS) - {"edr", "management"}
    for name, seen in HEALTHY.items():
        observed.read(name, dict(seen))


async def test_reports_follow_each_other_and_a_stale_nonce_is_answered_once() -> None:
    one, sent = agent(), list[bytes]()

    async def post(path: str, message: bytes) -> tuple[int, dict[str, Any]]:
        sent.append(message)
        return (428 if len(sent) == 1 else 200), {"nonce": f"n{len(sent)}"}

    assert (await one.report_by(post))["nonce"] == "n2"
    assert (one.seq, one.nonce, one.prev) == (2, "n2", digest(sent[1]))


async def test_what_is_refused_is_no_enrolment() -> None:
    async def post(_path: str, _message: bytes) -> tuple[int, dict[str, Any]]:
        return 403, {"error": "refused", "message": "no"}

    one = agent()
    with pytest.raises(NotTakenError):
        await one.enrol_by("token", post)
    assert one.device == ""
