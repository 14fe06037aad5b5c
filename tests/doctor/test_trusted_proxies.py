from __future__ import annotations

from pathlib import Path

import pytest
from tests.doctor.scene import setup

from limen.doctor.trusted_proxies import hops
from limen.finding import State

LOCAL = "http://limen.harbor.example:8080"


@pytest.mark.parametrize(
    ("network", "state"),
    [
        ("0.0.0.0/0", State.WRONG),
        ("::/0", State.WRONG),
        ("8.0.0.0/9", State.WRONG),
        ("10.0.0.0/8", State.WARNING),
        ("172.17.0.0/16", State.WARNING),
        ("127.0.0.0/8", State.OK),
        ("10.0.0.2/32", State.OK),
        ("fd00::/64", State.OK),
    ],
)
async def test_only_a_narrow_network_is_trusted_without_a_word(tmp_path: Path, network: str, state: State) -> None:
    (found,) = await hops(setup(tmp_path, listen={"trusted_proxies": (network,)}))
    assert found.state is state
    if state is not State.OK:
        assert network in found.what
        assert "10.0.0.2/32" in found.fix


async def test_a_front_that_must_be_there_is_to_be_named(tmp_path: Path) -> None:
    (found,) = await hops(setup(tmp_path))
    assert found.state is State.WRONG
    assert "trusted_proxies =" in found.fix
    assert [one.state for one in await hops(setup(tmp_path, url=LOCAL))] == [State.OK]


async def test_one_that_forwards_without_being_trusted_is_named(tmp_path: Path) -> None:
    there = setup(tmp_path, url=LOCAL)
    there.strangers = ("10.0.0.9",)
    (found,) = await hops(there)
    assert found.state is State.WARNING
    assert found.what.startswith("10.0.0.9 sends X-Forwarded-For")
