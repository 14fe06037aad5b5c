"""Hosts enrol once with a token, and ask from then on with a secret of their own."""

from __future__ import annotations

import asyncio
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import SSHCertificate, load_ssh_public_identity
from tests.enforcement.ssh.hosts import HOST, OTHER, Somebody, door_of, grant, hosts_of
from tests.waiting import until
from tests.web.conftest import House

from limen.clock import DAY, MINUTE
from limen.enforcement.ssh.hosts import Asks
from limen.errors import LimenError
from limen.following.questions import FollowerRefusedError
from limen.following.wire import line_of

KEY = Ed25519PrivateKey.generate()
NOTHING: frozenset[int] = frozenset()


async def enrolled(house: House, name: str = HOST) -> tuple[str, dict[str, object]]:
    """The host's secret, and its first state."""
    hosts = hosts_of(house)
    token = await hosts.token(name, by="")
    done = await hosts.enrol(token, line_of(KEY.public_key()), "203.0.113.50")
    return done.secret, json.loads(done.state.text)


async def test_a_host_is_certified_for_its_name_and_told_whom_to_trust(harbor: House) -> None:
    _, state = await enrolled(harbor)
    certificate = load_ssh_public_identity(str(state["certificate"]).encode())
    assert isinstance(certificate, SSHCertificate)
    assert certificate.valid_principals == [HOST.encode()]
    assert certificate.public_key() == KEY.public_key()
    assert len(harbor.events("ssh.host_enrolled")) == 1


async def test_a_token_is_good_once_for_one_host_and_for_a_day(harbor: House) -> None:
    hosts = hosts_of(harbor)
    with pytest.raises(LimenError):
        await hosts.token("elsewhere.example", by="")
    token = await hosts.token(HOST, by="")
    await hosts.enrol(token, line_of(KEY.public_key()), "203.0.113.50")
    late = await hosts.token(OTHER, by="")
    harbor.clock.forward(DAY)
    for wrong in (token, late, "", "x" * 5_000):
        with pytest.raises(FollowerRefusedError):
            await hosts.enrol(wrong, line_of(KEY.public_key()), "203.0.113.50")
    assert [host.name for host in hosts.followers.hosts.values()] == [HOST]
    assert harbor.events("ssh.host_refused")


async def test_a_host_hears_at_once_of_what_is_revoked(harbor: House, ida: Somebody) -> None:
    secret, state = await enrolled(harbor)
    hosts = hosts_of(harbor)
    grant(harbor, ida.id, "elevate")
    certificate = await ida.certificate(sudo="1")
    told = await hosts.ask(secret, Asks(int(str(state["number"])), NOTHING, NOTHING), "203.0.113.50")
    assert told is not None
    assert json.loads(told.text)["accounts"] == ["ida"]
    waiting = asyncio.create_task(hosts.ask(secret, Asks(told.number, NOTHING, NOTHING), "203.0.113.50"))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    harbor.limen.known.grants.drop(ida.id)
    told = await asyncio.wait_for(waiting, 60)
    assert told is not None
    assert json.loads(told.text)["ended"] == [certificate.serial]


async def test_a_session_in_use_keeps_its_sign_in_from_idling(harbor: House, ida: Somebody) -> None:
    secret, state = await enrolled(harbor)
    certificate = await ida.certificate()
    (one,) = door_of(harbor).live()
    before = harbor.limen.known.last_used(one.session_id)
    harbor.clock.forward(MINUTE)
    asks = Asks(0, frozenset({certificate.serial}), NOTHING)
    await hosts_of(harbor).ask(secret, asks, "203.0.113.50")
    assert harbor.limen.known.last_used(one.session_id) == before
    await hosts_of(harbor).ask(secret, Asks(0, NOTHING, frozenset({certificate.serial, 5})), "203.0.113.50")
    assert harbor.limen.known.last_used(one.session_id) > before
    assert state["host"]


async def test_a_host_keeps_no_sign_in_from_idling_that_is_at_another_app(harbor: House, ida: Somebody) -> None:
    token = await hosts_of(harbor).token("build.harbor.example", by="")
    elsewhere = await hosts_of(harbor).enrol(token, line_of(KEY.public_key()), "203.0.113.51")
    certificate = await ida.certificate()
    (one,) = door_of(harbor).live()
    before = harbor.limen.known.last_used(one.session_id)
    harbor.clock.forward(MINUTE)
    await hosts_of(harbor).ask(elsewhere.secret, Asks(0, NOTHING, frozenset({certificate.serial})), "203.0.113.51")
    assert harbor.limen.known.last_used(one.session_id) == before


async def test_that_a_host_lets_others_in_again_is_journaled(harbor: House) -> None:
    secret, _ = await enrolled(harbor)
    hosts = hosts_of(harbor)
    for is_only in (False, True, True, False, False):
        await hosts.ask(secret, Asks(0, NOTHING, NOTHING, is_only), "203.0.113.50")
        assert hosts.followers.heard_of(HOST).is_only is is_only
    (event,) = harbor.events("ssh.host_unsound")
    assert (event.reason, event.details["host"]) == ("others", HOST)
    assert hosts.followers.heard_of(OTHER).at == 0


async def test_that_a_hosts_clock_went_astray_is_journaled_once(harbor: House) -> None:
    secret, _ = await enrolled(harbor)
    for clock in (0, 30, -31, -90, 0):
        await hosts_of(harbor).ask(secret, Asks(0, NOTHING, NOTHING, clock=clock), "203.0.113.50")
    assert [event.reason for event in harbor.events("ssh.host_unsound")] == ["clock"]


async def test_a_host_that_is_ahead_is_told_what_is_revoked_all_the_same(harbor: House, ida: Somebody) -> None:
    secret, state = await enrolled(harbor)
    hosts = hosts_of(harbor)
    certificate = await ida.certificate()
    ahead = int(str(state["number"])) + 366 * DAY
    await harbor.limen.identity.people.set_groups(ida.id, [], by="")
    told = await asyncio.wait_for(hosts.ask(secret, Asks(ahead, NOTHING, NOTHING), "203.0.113.50"), 60)
    assert told is not None
    assert told.number > ahead
    assert json.loads(told.text)["ended"] == [certificate.serial]
    assert [event.reason for event in harbor.events("ssh.host_unsound")] == ["ahead"]


async def test_a_host_that_asks_again_ends_its_question_before(harbor: House) -> None:
    secret, _ = await enrolled(harbor)
    hosts = hosts_of(harbor)
    asks = Asks(hosts.followers.number, NOTHING, NOTHING)
    waiting = [asyncio.create_task(hosts.ask(secret, asks, "203.0.113.50")) for _ in range(20)]
    await until(lambda: sum(one.done() for one in waiting) == 19)
    assert [one.done() for one in waiting] == [True] * 19 + [False]
    assert {await one for one in waiting[:19]} == {None}
    hosts.followers.change()
    assert await asyncio.wait_for(waiting[19], 60) is not None


async def test_a_host_that_says_it_has_nothing_all_the_time_is_told_a_few_times(harbor: House) -> None:
    """Each answer is a list of what is revoked and a signature, on the loop that decides."""
    secret, _ = await enrolled(harbor)
    hosts, told = hosts_of(harbor), 0
    for _ in range(15):
        asked = asyncio.create_task(hosts.ask(secret, Asks(0, NOTHING, NOTHING), "203.0.113.50"))
        await asyncio.wait({asked}, timeout=0.2)
        told += asked.done()
        asked.cancel()
    assert 10 <= told <= 12
    hosts.followers.change()  # what is new is told at once
    answer = await asyncio.wait_for(hosts.ask(secret, Asks(0, NOTHING, NOTHING), "203.0.113.50"), 60)
    assert answer is not None


async def test_a_certificate_is_renewed_each_day(harbor: House) -> None:
    secret, _ = await enrolled(harbor)
    hosts = hosts_of(harbor)
    told = await hosts.ask(secret, Asks(0, NOTHING, NOTHING), "203.0.113.50")
    assert told is not None
    assert json.loads(told.text)["certificate"] == ""
    harbor.clock.forward(DAY)
    told = await hosts.ask(secret, Asks(told.number, NOTHING, NOTHING), "203.0.113.50")
    assert told is not None
    assert json.loads(told.text)["certificate"]


async def test_a_host_that_is_removed_is_told_nothing(harbor: House) -> None:
    secret, state = await enrolled(harbor)
    hosts = hosts_of(harbor)
    waiting = asyncio.create_task(hosts.ask(secret, Asks(hosts.followers.number, NOTHING, NOTHING), "203.0.113.50"))
    await asyncio.sleep(0.05)
    await hosts.remove(str(state["host"]), by="")
    with pytest.raises(FollowerRefusedError):
        await asyncio.wait_for(waiting, 60)
    with pytest.raises(LimenError):
        await hosts.remove(str(state["host"]), by="")
