"""Services that lie: what they answer leads nowhere, holds nothing up, blinds nobody, and tells no secret."""

from __future__ import annotations

import gzip
import json
import logging

import pytest
from aiohttp import web
from tests.emulators import s3
from tests.emulators.okta import log_event, okta
from tests.emulators.vendor import Vendor, served
from tests.monitor.houses import harbor, stored
from tests.monitor.sources.asked import ago, answered_by, asked_source, put_rules, turn, with_secret
from tests.web.conftest import House

from limen.connectors.aws.cloudtrail import host
from limen.monitor.monitor_rules import Service

__all__ = ["harbor"]

SECRET = "s3cret-of-okta"


async def asked_once(house: House, vendor: Vendor, *answers: web.Response) -> str:
    """What is told of a service that answers so."""
    source = asked_source("okta", Service(url=vendor.origin))
    await put_rules(house, okta=source)
    with_secret(house, "okta", source, SECRET)
    answered_by(house, {})
    vendor.refusals = list(answers)
    return (await turn(house, "okta")).error


def linked(link: str, *records: object) -> web.Response:
    return web.json_response(list(records), headers={"link": f'<{link}>; rel="next"'})


async def test_a_link_or_a_redirect_never_takes_the_secret_elsewhere(harbor: House) -> None:
    async with okta() as real, okta() as evil:
        real.secret = evil.secret = SECRET
        for answer in (
            linked(f"{evil.origin}/api/v1/logs", {"a": 1}),
            linked(f"http://127.0.0.1@{evil.origin.partition('//')[2]}/api/v1/logs", {"a": 1}),
            linked("http://169.254.169.254/latest/meta-data", {"a": 1}),
            web.Response(status=302, headers={"location": f"{evil.origin}/api/v1/logs"}),
            web.Response(status=307, headers={"location": f"{evil.origin}/api/v1/logs"}),
        ):
            assert await asked_once(harbor, real, answer)
        assert evil.asked == []
        assert [one for one in stored(harbor) if one["source"] == "okta"] == []
        assert await asked_once(harbor, real) == ""


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'[{"a": ' * 200_000,
        b"[1]",
        b'{"error": "x"}',
        b"\x00\xff",
        b"[{}] [{}]",
        b" " * (17 << 20),
    ],
    ids=["deep", "deep objects", "numbers", "an object", "binary", "twice", "huge"],
)
async def test_what_is_no_list_of_records_is_refused_whole(harbor: House, body: bytes) -> None:
    async with okta() as vendor:
        vendor.secret = SECRET
        assert await asked_once(harbor, vendor, web.Response(body=body)) != ""
        assert [one for one in stored(harbor) if one["source"] == "okta"] == []


async def test_endless_pages_end_with_the_turn(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.monitor.sources.pulls.MOST_PAGES", 20)
    numbers = iter(range(1_000_000))
    vendor = Vendor()

    async def logs(_request: web.Request) -> web.Response:
        number = next(numbers)
        return linked(f"{vendor.origin}/api/v1/logs?after={number}", {"uuid": f"u{number}"})

    async with served(vendor, {"GET /api/v1/logs": logs}):
        assert await asked_once(harbor, vendor) == ""
        assert len(vendor.asked) == 20


async def test_a_service_that_never_ends_to_answer_is_left(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.monitor.sources.pulls.TURN_SECONDS", 0.3)
    vendor = Vendor()

    async def logs(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")

    async with served(vendor, {"GET /api/v1/logs": logs}):  # type: ignore[dict-item]
        assert await asked_once(harbor, vendor) != ""


async def test_no_secret_and_nothing_of_an_answer_is_in_an_error_or_a_log(
    harbor: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with okta() as vendor:
        vendor.secret = "another"
        loud = web.json_response({"errorSummary": f"<script>{SECRET}</script>"}, status=500)
        for answers in ((), (loud,), (web.Response(status=429, headers={"retry-after": "<script>"}),) * 5):
            error = await asked_once(harbor, vendor, *answers)
            assert error
            assert SECRET not in error
            assert "<" not in error
    await harbor.limen.core.journal.settled()
    told = repr([(event.details, event.reason) for event in harbor.events("logs.service_failed")])
    assert SECRET not in told + caplog.text
    assert "script" not in told + caplog.text


async def test_a_record_names_nobody_by_limens_own_ids_and_comes_from_no_other_source(harbor: House) -> None:
    async with okta() as vendor:
        vendor.secret = SECRET
        lies = {"person_id": "p_ada", "device_id": "d_1", "source": "limen", "mapper": "limen/1", "uid": "mine"}
        vendor.add("logs", log_event(1, ago(harbor, 3), **lies), lies)
        vendor.instant = "published"
        vendor.records["logs"][1]["published"] = ago(harbor, 3)
        assert await asked_once(harbor, vendor) == ""
        found = [one for one in stored(harbor) if one["mapper"].startswith("okta")]
        assert len(found) == 2
        for one in found:
            assert (one["source"], one.get("person_id", ""), one.get("device_id", "")) == ("okta", "", "")
            assert one["uid"] != "mine"


async def test_an_instant_in_the_far_future_does_not_blind_limen_to_what_comes(harbor: House) -> None:
    async with okta() as vendor:
        vendor.secret = SECRET
        vendor.add("logs", log_event(1, "2999-01-01T00:00:00.000Z"))
        assert await asked_once(harbor, vendor) == ""
        vendor.add("logs", log_event(2, ago(harbor, 0)))
        assert (await turn(harbor, "okta")).progress == 1


async def test_planted_files_in_a_bucket_blind_nobody(harbor: House) -> None:
    source = asked_source("aws", Service(client=s3.ACCESS_KEY, bucket=s3.BUCKET, region=s3.REGION))
    with s3.trail() as trail:
        await put_rules(harbor, aws=source)
        with_secret(harbor, "aws", source, s3.SECRET)
        answered_by(harbor, {host(s3.BUCKET, s3.REGION): trail.origin})
        at = ago(harbor, 4)
        day, minute = at[:10].replace("-", "/"), at[11:16].replace(":", "")
        trail.put(day, minute, "a", body=gzip.compress(b" " * (65 << 20)))
        trail.put(day, minute, "b", body=b"\x1f\x8b" + b"\x00" * 50)
        trail.put(day, minute, "c", s3.record(1, at))
        trail.s3.put_object(
            Bucket=s3.BUCKET, Key=f"AWSLogs/{s3.ACCOUNT}/CloudTrail/{s3.REGION}/{day}/../x.json.gz", Body=b""
        )
        state = await turn(harbor, "aws")
    assert (state.error, state.progress) == ("", 3)
    kept = [json.loads(one["raw"]) for one in stored(harbor) if one["source"] == "aws"]
    assert sum("unreadable" in one for one in kept) == 2
