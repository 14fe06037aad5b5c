"""Attacks on the names that are answered through tunnels: enumeration, amplification, poisoning, rebinding, others'
names, and whoever asks from elsewhere or too much.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.update
import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.network.firewalls.real_router import inside
from tests.network.tunnels.asking import SILENT, dig, needs_dig
from tests.network.tunnels.far import DOMAIN, RESOLVER, SERVER, Far, far
from tests.network.tunnels.laptop import Laptop, laptop, needs_tunnels

from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall.answers import QUESTIONS_AT_ONCE, Share, answered
from limen.network.firewalls.limen_firewall.names import checked_names

NAME = f"desk.{DOMAIN}"
OPEN = {NAME: (["10.20.0.10", "fd00:20::10"], 100.0)}
PEER = {"key": "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=", "addresses": ["10.99.0.7"]}
NAMED = {"for": ["10.99.0.7"], "name": NAME, "addresses": [SERVER], "until": 50_000}


def asked(name: str = NAME, kind: str = "A", **words: Any) -> dns.message.Message:
    query = dns.message.make_query(name, kind, **words)
    query.id = 7
    return query


def told(question: dns.message.Message, names: Any = OPEN, now: float = 0) -> dns.message.Message | None:
    answer = answered(question.to_wire(), names, now)
    return None if answer is None else dns.message.from_wire(answer)


# Enumeration


@pytest.mark.parametrize("kind", ["A", "AAAA", "ANY", "AXFR", "IXFR", "PTR", "SOA", "NS", "TXT", "MX"])
def test_what_is_there_and_not_open_is_refused_as_what_is_not_there(kind: str) -> None:
    there, closed = asked(NAME, kind).to_wire(), asked("disk.harbor.internal", kind).to_wire()
    assert len(there) == len(closed)
    answers = [answered(there, {}, 0), answered(there, OPEN, 100.0), answered(closed, OPEN, 0)]
    assert answers[0] is not None
    assert answers[0] == answers[1] == (answers[2] or b"").replace(b"\4disk", b"\4desk")
    assert dns.message.from_wire(answers[0]).rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("name", ["harbor.internal", "internal", ".", "*.harbor.internal", "x.desk.harbor.internal"])
def test_nothing_around_an_open_name_is_told(name: str) -> None:
    found = told(asked(name))
    assert found is not None
    assert (found.rcode(), found.answer, found.authority) == (dns.rcode.REFUSED, [], [])


@pytest.mark.parametrize("kind", ["AXFR", "IXFR", "ANY"])
def test_there_is_no_transfer_and_no_all_of_it(kind: str) -> None:
    found = told(asked(NAME, kind))
    assert found is not None
    assert (found.rcode(), found.answer) == (dns.rcode.REFUSED, [])


def test_nothing_is_told_of_the_program() -> None:
    found = told(asked("version.bind", "TXT", rdclass="CH"))
    assert found is not None
    assert found.rcode() == dns.rcode.REFUSED


# Poisoning, and answers to answers


def test_it_answers_no_answer_no_update_no_notice_and_no_second_question() -> None:
    answer = dns.message.make_response(asked())
    notice = asked()
    notice.set_opcode(dns.opcode.NOTIFY)
    two = asked()
    two.question.append(asked("other.internal").question[0])
    update = dns.update.UpdateMessage(DOMAIN)
    update.add("desk", 300, "A", "192.0.2.66")
    assert [told(one) for one in (answer, notice, two, update)] == [None] * 4
    assert told(asked()) is not None


def test_what_is_told_beside_a_question_changes_no_answer() -> None:
    poisoned = asked()
    poisoned.additional.extend(dns.message.from_text(f"id 1\n;ADDITIONAL\n{NAME}. 300 IN A 192.0.2.66").additional)
    found = told(poisoned)
    assert found is None or "192.0.2.66" not in found.to_text()
    assert told(asked()) == told(asked())


def test_an_answer_is_for_its_own_question_and_nobody_else_is_named() -> None:
    found = told(asked("dEsK.HaRbOr.InTeRnAl"))
    assert found is not None
    assert found.question[0].name.to_text() == "dEsK.HaRbOr.InTeRnAl."
    assert (found.authority, found.additional, found.flags & dns.flags.RA) == ([], [], 0)
    assert max(one.ttl for one in found.answer) <= 5


# Amplification


@given(st.binary(max_size=600))
@settings(max_examples=size(300))
def test_whatever_comes_is_answered_short_or_not_at_all(question: bytes) -> None:
    assert len(answered(question, OPEN, 0) or b"") <= 512


@given(st.binary(max_size=80), st.integers(0, 60))
@settings(max_examples=size(300))
def test_a_damaged_question_ends_nothing(noise: bytes, place: int) -> None:
    good = asked(use_edns=0, payload=65_535).to_wire()
    assert len(answered(good[:place] + noise + good[place:], OPEN, 0) or b"") <= 512
    assert len(answered(good[:place] + noise, OPEN, 0) or b"") <= 512


def test_many_addresses_and_a_long_name_fit_into_one_packet() -> None:
    name = ".".join(["a" * 63] * 3 + ["b" * 61])
    many = {name: ([f"fd00:20::{number:x}" for number in range(20)], 9.0)}
    answer = answered(asked(name, "AAAA", use_edns=0, payload=65_535).to_wire(), many, 0)
    assert answer is not None
    assert len(answer) <= 512
    assert not dns.message.from_wire(answer).flags & dns.flags.TC


def test_each_has_a_share_and_strangers_none() -> None:
    share = Share()
    share.keep(["10.99.0.7", "10.99.0.8"])
    assert [share.take("10.99.0.7", 1.0) for _ in range(QUESTIONS_AT_ONCE + 1)][-2:] == [True, False]
    assert share.take("10.99.0.8", 1.0)
    assert not share.take("192.0.2.1", 1.0)
    assert share.take("10.99.0.7", 1.1)
    share.keep(["10.99.0.8"])
    assert not share.take("10.99.0.7", 99.0)


# Rebinding: what a firewall takes from whoever says it is Limen


@pytest.mark.parametrize(
    "changed",
    [
        *({"addresses": [one]} for one in ("127.0.0.1", "::1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1")),
        *({"name": one} for one in ("", "x", "x..internal", "X.internal", "a.internal\n", "*.internal", "a" * 254)),
        {"addresses": ["erp"]},
    ],
)
def test_no_name_leads_to_the_laptop_itself_or_is_none(changed: dict[str, Any]) -> None:
    with pytest.raises((Wrong, ValueError)):
        checked_names({"peers": [PEER], "names": [{**NAMED, **changed}]}, 0.0)


def test_who_has_no_tunnel_is_told_no_name() -> None:
    said = {"peers": [PEER], "names": [NAMED, {**NAMED, "for": ["10.99.0.8"], "name": "other.internal"}]}
    assert checked_names(said, 10.0) == {"10.99.0.7": {NAME: ([SERVER], 60.0)}}


# With a real WireGuard


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[Far]:
    async with far(tmp_path) as one:
        yield one


async def flooded(one: Laptop, times: int) -> tuple[int, int]:
    """How many bytes were sent, and how many came back."""

    def flood() -> tuple[int, int]:
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        asking.settimeout(0.5)
        question, back = asked(NAME, "A", use_edns=0, payload=65_535).to_wire(), 0
        for _ in range(times):
            asking.sendto(question, (RESOLVER, 53))
        try:
            while True:
                back += len(asking.recv(65_535))
        except TimeoutError:
            asking.close()
            return times * len(question), back

    return await asyncio.to_thread(inside, one.router.hosts[one.vlan], flood)


@needs_tunnels
@needs_dig
async def test_only_the_device_with_the_door_learns_a_name_and_nobody_beside_the_tunnel(harbor: Far) -> None:
    router = harbor.world.router
    with laptop(router) as ida, laptop(router, vlan=50) as ben:
        given = await harbor.has(ida)
        await harbor.open()
        assert (await dig(ida, NAME, until_status="NOERROR")).addresses == [SERVER]
        # from a zone of the network, and from the internet beside the tunnel, nobody answers
        assert (await dig(ben, NAME)).status == SILENT
        ida.run("ip", "route", "replace", f"{RESOLVER}/32", "via", "10.10.0.1")
        assert (await dig(ida, NAME)).status == SILENT
        # nor by TCP, where zones are transferred
        ida.run("ip", "route", "replace", f"{RESOLVER}/32", "dev", ida.tunnel)
        assert (await dig(ida, DOMAIN, "AXFR")).status == SILENT
        assert (await dig(ida, NAME, "A", "+tcp")).status == SILENT
        # whoever takes Ida's address in the network is not behind her tunnel
        ben.run("ip", "address", "add", f"{given[0]}/32", "dev", "lo")
        ben.run("ip", "route", "replace", f"{RESOLVER}/32", "via", "10.50.0.1")
        assert (await dig(ben, NAME, "A", "-b", given[0])).status == SILENT


@needs_tunnels
@needs_dig
async def test_a_tunnel_with_no_door_learns_nothing_and_cannot_use_the_address_of_one_that_has(harbor: Far) -> None:
    router = harbor.world.router
    with laptop(router) as ida:
        idas = await harbor.has(ida)
        await harbor.open()
        await dig(ida, NAME, until_status="NOERROR")
    with laptop(router) as ben:
        bens = await harbor.has(ben, "dv_ben")
        assert set(bens).isdisjoint(idas)
        assert (await dig(ben, NAME, until_status="REFUSED")).addresses == []
        assert (await dig(ben, f"nothing.{DOMAIN}")).status == "REFUSED"
        ben.run("ip", "address", "add", f"{idas[0]}/32", "dev", ben.tunnel)
        assert (await dig(ben, NAME, "A", "-b", idas[0])).status == SILENT


@needs_tunnels
@needs_dig
async def test_who_floods_is_answered_little_and_holds_nobody_up(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida:
        await harbor.has(ida)
        await harbor.open()
        await dig(ida, NAME, until_status="NOERROR")
        sent, back = await flooded(ida, 5_000)
        assert back < sent / 10
        begun = time.monotonic()
        harbor.turns[0]("a-test")
        await harbor.becomes(reachable=False)
        assert time.monotonic() - begun < 2
        assert (await dig(ida, NAME, until_status="REFUSED")).addresses == []
