"""Two nodes under load, and what happens to machines, one after the other. After each: nobody was permitted who was
revoked, requests are answered again within seconds, and every acknowledged event is found on both.
"""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.dial import size
from tests.nodes.fleet import NodeProcess, fleet, until
from tests.postgresql import Cluster
from tests.storage.small_disk import small_disk

pytestmark = pytest.mark.slow
REFUSALS_SECONDS = 5.0
LEASE_SECONDS = 3.0
names = (f"n{number}" for number in itertools.count())


class Pair:
    """Both nodes; `trials` counts the revocations that were tried."""

    def __init__(self, nodes: dict[str, NodeProcess]) -> None:
        self.a, self.b = nodes["a"], nodes["b"]
        self.acknowledged: list[str] = []
        self.trials = 0

    @property
    def both(self) -> tuple[NodeProcess, NodeProcess]:
        return self.a, self.b

    def people(self, many: int, by: NodeProcess | None = None) -> list[str]:
        """Signed in, and known to both."""
        signed_in = list(itertools.islice(names, many))
        (by or self.a).asks("sign_in", names=signed_in)
        return signed_in

    def say(self, node: NodeProcess, many: int = 5) -> None:
        for _ in range(many):
            said = node.asks("say")
            if "id" in said:
                self.acknowledged.append(said["id"])

    def revoked_everywhere(self, by: NodeProcess, *nodes: NodeProcess) -> None:
        """Revoke somebody at one node: once that returned, none permits them."""
        (who,) = self.people(1, by)
        said = by.asks("revoke", name=who)
        assert "ms" in said, said
        self.trials += 1
        assert [node.asked(who) for node in nodes or self.both].count(200) == 0

    def all_is_well(self) -> None:
        """Both permit, know of each other, and hold everything that was acknowledged."""
        (who,) = self.people(1)
        until(lambda: [node.asked(who) for node in self.both] == [200, 200])
        until(lambda: self.a.asks("state")["answers"] == ["b"] and self.b.asks("state")["answers"] == ["a"])
        for node in self.both:
            self.holds_all(node)
        until(lambda: sum(node.asks("state")["waiting"] for node in self.both) == 0)
        assert sorted(node.asks("state")["leads"] for node in self.both) == [False, True]

    def holds_all(self, node: NodeProcess) -> None:
        """What is missing until the end is said: by name, and what both wrote of themselves."""
        try:
            until(lambda: not node.asks("holds", ids=self.acknowledged)["missing"])
        except AssertionError:
            missing = node.asks("holds", ids=self.acknowledged)["missing"]
            logs = [(one.name, one.asks("state"), one.log.read_text()[-1_500:]) for one in self.both]
            raise AssertionError((node.name, missing, logs)) from None


@pytest.fixture(scope="module")
def whole(postgresql: Cluster) -> Iterator[Pair]:
    with TemporaryDirectory(prefix="nodes-") as folder, fleet(Path(folder), postgresql) as nodes:
        yield Pair(nodes)


@pytest.fixture
def pair(whole: Pair) -> Iterator[Pair]:
    whole.all_is_well()
    yield whole
    whole.all_is_well()
    for node in whole.both:
        node.run("journal", "verify", ".")


@contextmanager
def asking(node: NodeProcess, who: str) -> Iterator[list[tuple[float, int]]]:
    """Requests of somebody, one after the other; when each was answered, and how."""
    answers: list[tuple[float, int]] = []
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.wait(0.02):
            answers.append((time.monotonic(), node.asked(who, 2.0)))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        is_over.set()
        thread.join()


def test_after_a_revocation_returned_neither_permits(pair: Pair) -> None:
    trials = size(100, 30)
    for number, who in enumerate(pair.people(trials)):
        by = pair.both[number % 2]
        assert by.asks("revoke", name=who)["ms"] < 3_500
        assert [node.asked(who) for node in pair.both].count(200) == 0
        pair.trials += 1


def test_a_node_is_killed_and_what_it_acknowledged_is_found_on_the_other(pair: Pair) -> None:
    (who,) = pair.people(1)
    for killed, other in (pair.both, pair.both[::-1]):
        pair.say(killed)
        pair.say(other)
        with asking(other, who) as answers:
            pair.say(killed, 2)
            killed.kill()
            began = time.monotonic()
            pair.revoked_everywhere(other, other)
            assert time.monotonic() - began < REFUSALS_SECONDS + LEASE_SECONDS
            until(lambda other=other: not other.asks("holds", ids=pair.acknowledged)["missing"])
            until(lambda other=other: other.asks("state")["leads"])
        assert {status for _, status in answers} == {200}
        killed.start()


def test_the_database_is_gone_for_ten_seconds(pair: Pair) -> None:
    (who,) = pair.people(1)
    pair.say(pair.a)
    for node in pair.both:
        node.wire.cut()
    time.sleep(10)
    assert [node.asked(who) for node in pair.both] == [503, 503]
    for node in pair.both:
        node.wire.mend()
    began = time.monotonic()
    until(lambda: [node.asked(who) for node in pair.both] == [200, 200])
    assert time.monotonic() - began < REFUSALS_SECONDS
    pair.revoked_everywhere(pair.b)


def test_a_node_that_is_split_from_the_database_permits_nobody_who_was_revoked(pair: Pair) -> None:
    for cut, other in (pair.both, pair.both[::-1]):
        (who,) = pair.people(1)
        until(lambda who=who: [node.asked(who) for node in pair.both] == [200, 200])
        cut.wire.cut()
        took = other.asks("revoke", name=who)["ms"]
        assert [node.asked(who) for node in pair.both].count(200) == 0
        assert took < (REFUSALS_SECONDS + LEASE_SECONDS) * 1_000
        pair.say(other)
        cut.wire.mend()


def test_nodes_that_are_split_from_each_other_go_on_and_catch_up(pair: Pair) -> None:
    for node in pair.both:
        node.asks("alone", is_so=True)
    pair.say(pair.a)
    pair.say(pair.b)
    pair.revoked_everywhere(pair.a)
    until(lambda: all(node.asks("state")["waiting"] >= 5 for node in pair.both))
    for node in pair.both:
        node.asks("alone", is_so=False)


def test_a_leader_that_stood_still_past_its_lease_permits_nobody_who_was_revoked(pair: Pair) -> None:
    leader = next(node for node in pair.both if node.asks("state")["leads"])
    other = pair.b if leader is pair.a else pair.a
    (who,) = pair.people(1)
    pair.say(leader)
    leader.signal(signal.SIGSTOP)
    try:
        assert other.asks("revoke", name=who)["ms"] < (REFUSALS_SECONDS + LEASE_SECONDS) * 1_000
        pair.say(other)
    finally:
        leader.signal(signal.SIGCONT)
    assert leader.asked(who) != 200


@pytest.mark.parametrize("ms", [3_600_000, -3_600_000])
def test_the_clock_of_one_jumps(pair: Pair, ms: int) -> None:
    try:
        pair.b.asks("jump", ms=ms)
        pair.say(pair.a)
        pair.say(pair.b)
        for by in pair.both:
            (who,) = pair.people(1)
            assert "ms" in by.asks("revoke", name=who)
            assert [node.asked(who) for node in pair.both].count(200) == 0
    finally:
        pair.b.asks("jump", ms=0)


def test_both_publish_at_once_and_one_of_them_is_told(pair: Pair) -> None:
    policy = '@id("more-{}")\n@title("More")\nforbid (principal, action == Action::"edit", resource == App::"wiki");\n'
    for round_ in range(size(20, 3)):
        numbers = [node.begins("publish", text=policy.format(f"{node.name}{round_}")) for node in pair.both]
        said = [node.answer(number) for node, number in zip(pair.both, numbers, strict=True)]
        assert sorted("revision" in one for one in said) in ([False, True], [True, True])
        (who,) = pair.people(1)
        until(lambda who=who: [node.asked(who) for node in pair.both] == [200, 200])


def test_the_disk_of_one_is_full_and_the_other_goes_on(tmp_path: Path, postgresql: Cluster) -> None:
    with (
        small_disk(tmp_path, 64, "a full disk of one node") as disk,
        TemporaryDirectory(prefix="nodes-") as folder,
        fleet(Path(folder), postgresql, disks={"b": disk}) as nodes,
    ):
        pair = Pair(nodes)
        pair.all_is_well()
        (who,) = pair.people(1)
        fill(disk / "filler")
        until(lambda: pair.b.asked(who) != 200)
        pair.say(pair.a)
        assert pair.a.asked(who) == 200
        pair.revoked_everywhere(pair.a)
        (disk / "filler").unlink()
        pair.all_is_well()


def fill(file: Path) -> None:
    with file.open("ab", buffering=0) as filler:
        try:
            while filler.write(bytes(1 << 16)):
                pass
        except OSError:
            return
