"""What identity needs from the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.conftest import House

from limen.settings import Settings


@pytest.mark.parametrize(
    ("url", "origin", "rp_id"),
    [
        ("https://Limen.Harbor.example", "https://limen.harbor.example", "limen.harbor.example"),
        ("http://limen.harbor.localhost:8080/", "http://limen.harbor.localhost:8080", "limen.harbor.localhost"),
        ("", "https://limen.harbor.example", "limen.harbor.example"),
    ],
)
async def test_the_origin_is_what_browsers_write_and_the_party_is_the_whole_host(
    house: House, url: str, origin: str, rp_id: str
) -> None:
    ports = replace(house.ports, settings=Settings(name="Harbor", domain="harbor.example", url=url))
    assert (ports.origin, ports.rp_id) == (origin, rp_id)


async def test_a_write_returns_when_what_it_changed_is_known(house: House) -> None:
    link = await house.invited()
    assert link.link.person_id in house.known.people


async def test_a_write_that_changes_no_fact_waits_for_nobody(house: House) -> None:
    async def never(_: int) -> None:
        raise AssertionError("it waited")

    ports = replace(house.ports, settled=never)
    assert await ports.write(lambda transaction: transaction.changed_seq) == 0


async def test_a_write_that_fails_leaves_nothing(house: House) -> None:
    def work(transaction: object) -> None:
        transaction.changed("person", "p_x")
        raise KeyError("x")

    seq = house.database.read(lambda s: s.seq)
    with pytest.raises(KeyError):
        await house.ports.write(work)
    assert house.database.read(lambda s: s.seq) == seq
