from __future__ import annotations

import pytest

from limen.enforcement.resolving import Resolver
from limen.ssrf_guard import ForbiddenAddressError


async def test_a_name_becomes_its_addresses_and_none_that_is_off_limits() -> None:
    (found, *_) = await Resolver().resolve("127.0.0.1", 80)
    assert (found["host"], found["port"], found["hostname"]) == ("127.0.0.1", 80, "127.0.0.1")
    here = {one["host"] for one in await Resolver().resolve("expenses.harbor.localhost", 80)}
    assert here
    assert here <= {"127.0.0.1", "::1"}
    for host in ("169.254.43518", "metadata.google.internal"):
        with pytest.raises(ForbiddenAddressError, match="enter the machine"):
            await Resolver().resolve(host, 80)
