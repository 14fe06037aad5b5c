from __future__ import annotations

import json

from tests.emulators.activity_feed import Feed, activity_feed, mailbox_rule
from tests.emulators.intune import CLIENT, TENANT
from tests.emulators.vendor import asking

from limen.clock import DAY, MINUTE, from_iso
from limen.connectors.log_pages import Had
from limen.connectors.microsoft.activity_feed import MANAGE, pages
from limen.connectors.microsoft.sign_in import app_token

NOW = from_iso("2026-11-27T09:00:00Z")
EXCHANGE = "Audit.Exchange"


async def had(feed: Feed, cursor: str = "", now: int = NOW, known: Had | None = None) -> tuple[list[str], str]:
    async with asking(feed.origin) as asked:
        token = await app_token(asked.client, TENANT, CLIENT, "s3cret", MANAGE)
        found = []
        async for page in pages(asked.client, token, TENANT, EXCHANGE, cursor, now, known or Had()):
            found += [json.loads(one)["Id"] for one in page.records]
            cursor = page.cursor or cursor
    return [one[-1] for one in found], cursor


async def test_it_subscribes_once_and_reads_every_blob_once() -> None:
    async with activity_feed() as feed:
        for n in range(5):
            feed.publish(EXCHANGE, f"blob{n}", "2026-11-27T08:59:00.000Z", mailbox_rule(n), mailbox_rule(n))
        known = Had()
        found, cursor = await had(feed, known=known)
        assert "".join(found) == "0011223344"
        feed.publish(EXCHANGE, "late", "2026-11-27T08:58:00.000Z", mailbox_rule(7))
        assert (await had(feed, cursor, NOW + MINUTE, known))[0] == ["7"]
        assert [one.partition("?")[0].rpartition("/")[2] for one in feed.asked].count("start") == 1
        assert [one for one in feed.asked if "/audit/blob0" in one] == [
            f"/api/v1.0/{TENANT}/activity/feed/audit/blob0?PublisherIdentifier={TENANT}"
        ]


async def test_what_was_away_for_days_comes_a_day_at_a_time() -> None:
    async with activity_feed() as feed:
        _, cursor = await had(feed)
        feed.publish(EXCHANGE, "a", "2026-11-28T08:00:00.000Z", mailbox_rule(1))
        feed.publish(EXCHANGE, "b", "2026-11-30T08:00:00.000Z", mailbox_rule(2))
        assert (await had(feed, cursor, NOW + 4 * DAY))[0] == ["1", "2"]


async def test_a_blob_whose_time_is_over_is_no_end() -> None:
    async with activity_feed() as feed:
        feed.publish(EXCHANGE, "a", "2026-11-27T08:00:00.000Z", mailbox_rule(1))
        feed.publish(EXCHANGE, "b", "2026-11-27T08:10:00.000Z", mailbox_rule(2))
        del feed.blobs["a"]
        assert (await had(feed))[0] == ["2"]
