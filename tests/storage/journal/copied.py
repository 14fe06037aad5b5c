"""Journals of several nodes, and copying between them without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.storage.journal.conftest import KEYS

from limen.clock import Clock
from limen.events import Event
from limen.storage.journal import Journal
from limen.storage.journal.copies import Copies
from limen.storage.journal.held import PORTION_BYTES, beginning, held_chains, lines_after


@dataclass
class Node:
    """A node's journal and its copies of others'."""

    journal: Journal
    copies: Copies
    root: Path
    said: list[Event] = field(default_factory=list)

    @property
    def own(self) -> str:
        return self.journal.writer

    def copy_from(self, peer: Node, most: int = PORTION_BYTES) -> None:
        """Everything that the other holds and this one does not write itself."""
        for writer in held_chains(peer.root):
            while writer != self.own and self.copy_some(peer.root / writer, most):
                pass

    def copy_some(self, folder: Path, most: int = PORTION_BYTES) -> bool:
        after = self.copies.has().get(folder.name, 0)
        told = lines_after(folder, after, most)
        if told and (begins := beginning(folder)):
            self.copies.begin_at(folder.name, begins)
            told = lines_after(folder, self.copies.has()[folder.name], most)
        if told:
            self.copies.take(folder.name, told)
        return bool(told)

    def record(self, *events: Event) -> list[str]:
        ids = [self.journal.record(event) for event in events]
        self.journal.flush()
        return ids

    def close(self) -> None:
        self.copies.close()
        self.journal.close()


@contextmanager
def nodes(folder: Path, clock: Clock, keep_days: int = 90) -> Iterator[Callable[[str], Node]]:
    """Starts a node of a name, with its disk in a folder below; all are stopped at the end."""
    started: list[Node] = []

    def start(name: str, disk: str = "") -> Node:
        root = folder / (disk or name)
        journal = Journal.open(root, KEYS, clock=clock, writer=disk or name, keep_days=keep_days)
        said: list[Event] = []

        def record(event: Event) -> None:
            said.append(event)
            journal.record(event)

        copies = Copies(root, KEYS, clock, keep_days=keep_days, record=record, published=journal.take_in)
        journal.also_count(copies.earlier_hours)
        started.append(Node(journal, copies, root, said))
        return started[-1]

    try:
        yield start
    finally:
        for node in started:
            node.close()
