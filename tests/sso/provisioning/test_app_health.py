"""For how long an app is left alone, and what is its own fault; the way of it is in test_delivery.py."""

from __future__ import annotations

from tests.sso.provisioning.at_wiki import WIKI, AtWiki

from limen.clock import SECOND
from limen.connectors.turns import BrokenOffError
from limen.connectors.vendor_client import VendorError
from limen.sso.provisioning.app_health import FIRST_QUIET, LONGEST_QUIET, AppHealth, asked_to_wait, is_of_the_app


def test_what_is_wrong_with_an_app_and_what_with_one_account() -> None:
    words = [VendorError("unreachable"), VendorError("throttled", 429), VendorError("refused", 503)]
    assert [is_of_the_app(one) for one in words] == [True] * 3
    assert [is_of_the_app(VendorError("refused", 400)), is_of_the_app(VendorError("account-taken", 409))] == [False] * 2
    assert (asked_to_wait(VendorError("throttled", 429, 7.0)), asked_to_wait(BrokenOffError("x", ""))) == (7_000, 0)


async def test_an_app_in_trouble_is_left_alone_for_longer_each_time(wiki: AtWiki) -> None:
    health, now = AppHealth(wiki.house.limen.core), wiki.house.clock.now
    quiet = []
    for _ in range(12):
        await health.is_in_trouble(WIKI, VendorError("unreachable"))
        quiet.append(wiki.state().quiet_until - now())
    assert [abs(one - FIRST_QUIET) < SECOND for one in quiet[:1]] == [True]
    assert (quiet[1] > quiet[0], abs(quiet[-1] - LONGEST_QUIET) < SECOND) == (True, True)
    await health.is_in_trouble(WIKI, VendorError("throttled", 429, 3_600.0))
    assert abs(wiki.state().quiet_until - now() - 3_600 * SECOND) < SECOND
    await health.is_well(WIKI)
    assert (wiki.state().quiet_until, wiki.state().trouble) == (0, "")
    assert wiki.said("failed", "back_again") == [("failed", ""), ("back_again", "")]
