"""Who can write into a log of connections can't fill the memory, hide what others do, or open anything by it."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc
from dataclasses import replace

from tests.network.learning.formats.test_conntrack import NEW
from tests.network.learning.formats.test_netflow import FIELDS, RECORD, framed, ipfix, template, version_5, version_9
from tests.network.learning.formats.test_packet_logs import PF, PF_6, UFW
from tests.network.learning.formats.test_vpc import ASKS
from tests.network.learning.seen import TODAY, offices
from tests.network.networks import harbor, way

from limen.clock import DAY
from limen.network.learning.biflows import Biflows
from limen.network.learning.counting import MOST_CONTACTS, MOST_OF_ONE, Counts
from limen.network.learning.flows import ObservedFlow
from limen.network.learning.formats.netflow import DatagramError, Exporters
from limen.network.learning.proposing import proposed
from limen.network.learning.reading import Lines
from limen.network.model import Never
from limen.network.zones_by_address import ZonesByAddress

LINES = (NEW, UFW, PF, PF_6, ASKS)
DATAGRAMS = (version_5((44_000, 443, 6, 2)), version_9(framed(0, template(256, *FIELDS)), framed(256, RECORD)))


def test_lines_that_are_changed_at_random_are_read_or_left_and_never_raise() -> None:
    chance = random.Random(7)
    for _ in range(5_000):
        line = list(chance.choice(LINES))
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(line))
            line[place : place + chance.randint(0, 3)] = chance.choice(
                ["", "²", "\x00", "=", " ", ",", "9" * 30, "-", "src="]
            )
        for flow in Lines(0).flows(["".join(line)]):
            assert 0 <= flow.port <= 65_535
            assert 0 <= flow.protocol <= 255


def test_datagrams_that_are_changed_at_random_are_read_or_refused() -> None:
    chance = random.Random(8)
    exporters = Exporters()
    for _ in range(5_000):
        datagram = bytearray(chance.choice(DATAGRAMS))
        for _ in range(chance.randint(1, 6)):
            datagram[chance.randrange(len(datagram))] = chance.randrange(256)
        try:
            uniflows = exporters.take(bytes(datagram[: chance.randint(1, len(datagram))]), "10.0.0.1")
        except DatagramError:
            continue
        assert all(0 <= one.port <= 65_535 for one in uniflows)


def test_a_flood_of_sources_fills_no_memory_and_a_scanner_takes_nobody_s_room() -> None:
    counts = Counts(ZonesByAddress(harbor()))
    office, servers = int(harbor().zones[0].prefixes[0][9]), int(harbor().zones[1].prefixes[0][10])
    scanned = (ObservedFlow(1, "", "", 4, office, servers + number % 9, 6, number % 65_000) for number in range(50_000))
    tracemalloc.start()
    counts.take(scanned)
    assert len(counts.tallies) == MOST_OF_ONE
    prefix = int(harbor().zones[0].prefixes[1][0])
    counts.take(
        ObservedFlow(1, "", "", 6, prefix + number, prefix + (10 << 64), 6, 443)
        for number in range(MOST_CONTACTS + 5_000)
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(counts.tallies) == MOST_CONTACTS
    assert len(counts.beyond) <= MOST_OF_ONE
    assert peak < 400_000_000


def test_what_must_never_be_is_never_proposed_however_often_it_is_claimed() -> None:
    network = harbor(nevers=[Never("n", way("office guests", "backup", "any"), "why")])
    claimed = {one: replace(tally, count=10**9) for one, tally in offices("10.60.0.2", many=200).items()}
    proposal = proposed(network, claimed, TODAY)
    assert (proposal.flows, len(proposal.forbidden)) == ((), 200)


def test_a_zone_full_of_odd_pairs_is_answered_in_time() -> None:
    chance = random.Random(9)
    used = {}
    for number in range(10, 250):
        used |= {
            one: tally
            for last in chance.sample(range(10, 250), 20)
            for one, tally in offices(f"10.20.0.{last}", 1_000 + number % 7, many=1).items()
        }
    begun = time.process_time()
    proposal = proposed(harbor(), used, TODAY)
    assert proposal.flows
    assert time.process_time() - begun < 20


def test_what_is_said_to_be_yet_to_come_is_counted_as_of_now() -> None:
    """A time of a hundred bytes ended the collector; one in a year to come took the room of what was, for good."""
    of_time = ((8, 4), (12, 4), (4, 1), (7, 2), (11, 2), (152, 100))
    record = bytes([10, 10, 0, 9, 10, 20, 0, 10, 6]) + struct.pack("!HH", 44_000, 443) + b"\xff" * 100
    datagram = ipfix(framed(2, template(256, *of_time)), framed(256, record))
    biflows = Biflows()
    assert [flow for uniflow in Exporters().take(datagram, "x") for flow in biflows.take(uniflow)] == []
    counts = Counts(ZonesByAddress(harbor()), until=5 * DAY)
    counts.take(biflows.rest())
    counts.take(Lines(0).flows([f"[99999999999.1] {NEW.strip()}"]))
    assert {one.day for one in counts.tallies} == {5}
    assert {one.last_at for one in counts.tallies.values()} == {5 * DAY}
