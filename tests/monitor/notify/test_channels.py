"""Notices go out: signed to a webhook, and as apprise sends them to chats, here to a server that stands in for them."""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import sha256
from pathlib import Path

import pytest
from aiohttp import ThreadedResolver
from tests.monitor.notify.listeners import SLACK, listening
from tests.monitor.notify.teams import ADDRESS, teams

from limen.monitor.detections.hit import Level
from limen.monitor.notify.addresses import Address
from limen.monitor.notify.channels import Channels, NotDeliveredError
from limen.monitor.notify.content import Notice
from limen.monitor.notify.rules import Kind

NOTICE = Notice(
    "ca_1", Level.HIGH, "High: Impossible travel", ("Impossible travel (Ida)",), "https://limen.test/c/ca_1"
)
NOW = 1_800_000_000_000
SECRET = f"whsec_{base64.b64encode(b'k' * 32).decode()}"


def channels() -> Channels:
    return Channels(ThreadedResolver)


async def test_a_webhook_is_signed() -> None:
    async with listening() as listener:
        sender = channels()
        await sender.deliver(Kind.WEBHOOK, Address(f"{listener.url}/hook?a=b", SECRET), NOTICE, "no_1", NOW)
        await sender.close()
    ((path, headers, body),) = listener.heard
    wanted = hmac.digest(b"k" * 32, b"no_1.%d." % (NOW // 1000) + body, sha256)
    assert (path, headers["webhook-signature"]) == ("/hook", f"v1,{base64.b64encode(wanted).decode()}")
    said = json.loads(body)
    assert (said["type"], said["data"]["case"], said["data"]["level"]) == ("limen.case", "ca_1", "high")


async def test_what_is_not_taken_is_not_delivered() -> None:
    async with listening() as listener:
        listener.status = 500
        sender = channels()
        with pytest.raises(NotDeliveredError):
            await sender.deliver(Kind.WEBHOOK, Address(listener.url, SECRET), NOTICE, "no_1", NOW)
        with pytest.raises(NotDeliveredError):
            await sender.deliver(Kind.WEBHOOK, Address("http://127.0.0.1:9", SECRET), NOTICE, "no_1", NOW)
        await sender.close()


async def test_slack_gets_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.slack import NotifySlack

    async with listening() as listener:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"{listener.url}/services")
        await channels().deliver(Kind.SLACK, Address(SLACK), NOTICE, "no_1", NOW)
        ((path, _, body),) = listener.heard
        assert path == SLACK.removeprefix("https://hooks.slack.com")
        assert "Impossible travel (Ida)" in body.decode()
        listener.status = 404
        with pytest.raises(NotDeliveredError):
            await channels().deliver(Kind.SLACK, Address(SLACK), NOTICE, "no_1", NOW)


async def test_teams_gets_a_card_by_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with teams(tmp_path, monkeypatch) as there:
        await channels().deliver(Kind.TEAMS, Address(ADDRESS), NOTICE, "no_1", NOW)
        assert there.texts()[0] == NOTICE.title
        assert there.texts()[1] == f"Impossible travel (Ida)\n\n[{NOTICE.link}]({NOTICE.link})"
        assert there.queries[0]["sp"] == "/triggers/manual/run"
        for status in (400, 401, 429, 500):
            there.status = status
            with pytest.raises(NotDeliveredError):
                await channels().deliver(Kind.TEAMS, Address(ADDRESS), NOTICE, "no_1", NOW)
        assert len(there.cards) == 1


async def test_nobody_but_teams_itself_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with teams(tmp_path, monkeypatch) as there:
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with pytest.raises(NotDeliveredError):
            await channels().deliver(Kind.TEAMS, Address(ADDRESS), NOTICE, "no_1", NOW)
    assert there.queries == []


async def test_pagerduty_gets_the_key_and_the_severity(monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins import pagerduty

    async with listening() as listener:
        for region in pagerduty.PAGERDUTY_API_LOOKUP:
            monkeypatch.setitem(pagerduty.PAGERDUTY_API_LOOKUP, region, f"{listener.url}/v2/enqueue")
        await channels().deliver(Kind.PAGERDUTY, Address("0123456789abcdef0123456789abcdef"), NOTICE, "no_1", NOW)
    (said,) = listener.bodies()
    assert (said["routing_key"], said["event_action"]) == ("0123456789abcdef0123456789abcdef", "trigger")


async def test_an_address_of_another_service_goes_nowhere() -> None:
    async with listening() as listener:
        for kind, url in ((Kind.SLACK, f"json://{listener.url.removeprefix('http://')}"), (Kind.TEAMS, "syslog://")):
            with pytest.raises(NotDeliveredError):
                await channels().deliver(kind, Address(url), NOTICE, "no_1", NOW)
    assert listener.heard == []
