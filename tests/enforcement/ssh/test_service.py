from __future__ import annotations

from tests.enforcement.ssh.hosts import door_of, hosts_of
from tests.web.conftest import House

from limen.enforcement.ssh.service import build


async def test_what_is_offered_shares_what_hosts_are_told(harbor: House) -> None:
    assert door_of(harbor).followers is hosts_of(harbor).followers
    again = await build(harbor.limen.core)
    assert again.door.followers.authorities == door_of(harbor).followers.authorities
    await again.door.close()
