from __future__ import annotations

import pytest
from tests.emulators.vendor import asking

from limen.connectors.long_operations import ended
from limen.connectors.vendor_client import VendorError


async def test_it_is_looked_at_until_it_has_ended_each_time_later() -> None:
    looks = 0

    async def has_ended() -> bool:
        nonlocal looks
        looks += 1
        return looks == 4

    async with asking("http://127.0.0.1:1") as asked:
        await ended(asked.client, has_ended)
    assert looks == 4
    assert asked.waits == sorted(asked.waits)
    assert len(asked.waits) == 3


async def test_one_that_never_ends_is_given_up_and_one_that_goes_wrong_says_so() -> None:
    async def never() -> bool:
        return False

    async def wrong() -> bool:
        raise VendorError("refused")

    async with asking("http://127.0.0.1:1") as asked:
        for has_ended, word in ((never, "unfinished"), (wrong, "refused")):
            with pytest.raises(VendorError) as error:
                await ended(asked.client, has_ended)
            assert error.value.word == word
