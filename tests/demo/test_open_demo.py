"""Harbor opened: one address, an afternoon at work, and nothing at its door before everybody has come."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.demo.alive import Alive

from limen.demo.open_demo import opening

BERLIN = ZoneInfo("Europe/Berlin")


def test_it_opens_on_a_working_day_after_lunch() -> None:
    for day in range(1, 15):
        now = datetime(2026, 11, day, 23, 50, tzinfo=BERLIN)
        opens = datetime.fromtimestamp(opening(BERLIN, int(now.timestamp() * 1000)) / 1000, BERLIN)
        assert (opens.hour, opens.minute) == (13, 0)
        assert opens.isoweekday() <= 5
        assert 0 <= (opens.date() - now.date()).days <= 2


def test_its_one_address_is_beside_the_apps(harbor: Alive) -> None:
    opened = harbor.opened
    home = opened.company.limen.settings.public_url
    assert opened.url == home.replace("limen.", "") + "/"
    browser = opened.company.network.browser("192.0.2.1")
    from_elsewhere = harbor.run(browser.request("GET", opened.url, {}))  # the demo's people stand behind its front
    assert from_elsewhere.status == 403
