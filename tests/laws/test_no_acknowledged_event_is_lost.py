"""Two nodes over one database; the disk of either is lost at any point. Whatever was acknowledged is found all the
same, and every chain that is left holds.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.clock import HOUR, SetClock
from limen.events import Event
from limen.storage import Database
from limen.storage.journal import Journal, verify
from limen.storage.journal.copies import Copies
from limen.storage.journal.held import held_chains, lines_after
from limen.storage.journal.relay import Relay

KEYS = (b"k" * 32,)
NOW = 1_800_000_000_000


@dataclass
class Node:
    """One life of one disk: what is carried here is carried by hand, so that the law says when."""

    root: Path
    database: Database
    journal: Journal
    copies: Copies
    relay: Relay
    copied: int = 0


@dataclass
class Machines:
    folder: Path
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    nodes: dict[str, Node] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    lives: count[int] = field(default_factory=count)

    def start(self, name: str) -> None:
        life = f"{name}{next(self.lives)}"
        root = self.folder / life
        database = Database.open(self.folder / "limen.db", clock=self.clock)
        database.said_by = life
        journal = Journal.open(root, KEYS, writer=life, clock=self.clock)
        published = journal.take_in
        copies = Copies(root, KEYS, self.clock, keep_days=90, record=journal.record, published=published)

        def others() -> list[str]:
            return [node.database.said_by for node in self.nodes.values()]

        submit, holds = journal._writer.submit, journal.reader.holds
        relay = Relay(database, submit, holds, lambda: None, lambda: journal._writer.reach, others)
        node = self.nodes[name] = Node(root, database, journal, copies, relay)
        relay.copied = lambda: node.copied

    def say(self, name: str) -> None:
        event = Event(at=self.clock.now(), kind="session.revoked", subject="p1")
        self.said.append(self.nodes[name].database.write(lambda transaction: transaction.say(event)).id)

    def carry(self, name: str) -> None:
        self.nodes[name].relay._carry()
        self.nodes[name].relay._carry_what_is_left()

    def copy(self, name: str, most: int = 1 << 20) -> None:
        """What the other has comes here, and the other learns of it."""
        here = self.nodes[name]
        for there in self.nodes.values():
            for writer in held_chains(there.root) if there is not here else ():
                told = lines_after(there.root / writer, here.copies.has().get(writer, 0), most)
                if told and writer != here.journal.writer:
                    here.copies.take(writer, told)
            there.copied = max(there.copied, here.copies.has().get(there.journal.writer, 0))

    def lose(self, name: str) -> None:
        """The disk is gone with all that was on it, and a new one is put in its place and filled."""
        gone = self.nodes.pop(name)
        self.end(gone)
        shutil.rmtree(gone.root)
        self.start(name)
        self.settle()

    def settle(self) -> None:
        for _ in range(2):
            for name in self.nodes:
                self.carry(name)
            for name in self.nodes:
                self.copy(name)

    def end(self, node: Node) -> None:
        node.relay.stop_watching()
        node.copies.close()
        node.journal.close()
        node.database.close()


NODE = st.sampled_from("ab")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), NODE),
        st.tuples(st.just("say"), NODE),
        st.tuples(st.just("carry"), NODE),
        st.tuples(st.just("copy"), NODE),
        st.tuples(st.just("lose"), NODE),
        st.tuples(st.just("hour"), NODE),
    ),
    min_size=2,
    max_size=12,
)


@settings(max_examples=size(200, 6), deadline=None)
@given(steps=STEPS)
def test_what_was_acknowledged_survives_a_disk(steps: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        machines = Machines(Path(folder))
        machines.start("a")
        machines.start("b")
        try:
            for what, name in steps:
                if what == "hour":
                    machines.clock.forward(HOUR)
                else:
                    getattr(machines, what)(name)
            machines.settle()
            for node in machines.nodes.values():
                node.journal.flush()
                assert node.journal.reader.holds(machines.said) == set(machines.said)
                report = verify(node.root, KEYS)
                assert report.ok, report.problems
        finally:
            for node in machines.nodes.values():
                machines.end(node)
