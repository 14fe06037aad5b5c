"""`limen events verify`: follows the chain of the event store, and says what can't be checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import to_iso
from limen.storage.event_store.batches import WRITER, Broken, follow
from limen.storage.event_store.sealed_list import EVIDENCE, REPLACING, EventCheckpoint, SealedEventList, SealedEvents
from limen.storage.files import file_sha256
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.lock import is_being_written
from limen.storage.segments.name import segments_in
from limen.storage.segments.report import Report
from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE, UNREADABLE, is_genuine, read_genuine

_EVIDENCE: Final = "checkpoint-*.evidence"
_TRIES: Final = 3


def verify(root: Path, keys: tuple[bytes, ...] = (), exported: Iterable[bytes] = ()) -> Report:
    """Follow the chain under `root`, sealed and unsealed. Of sealed segments the file's digest is in the signed list.

    `keys` are `Keyring.keys_for("event store")`; without them signatures are not checked, and it says so. `exported`
    are checkpoints that were kept elsewhere.
    """
    outside = list(exported)
    for left in range(_TRIES - 1, -1, -1):
        check = _Check(root, Signer(WRITER, keys) if keys else None)
        try:
            check.run(outside)
            break
        except FileNotFoundError:  # sealed or deleted while it was read
            if not left:
                raise
    if not keys:
        check.sentences.append(
            "Signatures were not checked: no key was given. Anyone who can write the files could have forged them all."
        )
    return Report(check.events, tuple(check.problems), (*check.problems, *check.sentences))


@dataclass(slots=True)
class _Check:
    folder: Path
    signer: Signer | None
    problems: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    events: int = 0
    _heads: dict[int, bytes] = field(default_factory=dict)

    def run(self, outside: list[bytes]) -> None:
        checkpoint = read_genuine(self.folder / CHECKPOINT_FILE, EventCheckpoint, self.signer, self._problem)
        vouched = [("an exported checkpoint", each) for each in self._genuine(outside)]
        vouched += [("the checkpoint", checkpoint)] if checkpoint is not None else []
        wanted = {each.n for _, each in vouched}
        sealed = self._listed()
        end = self._unsealed(self._sealed(sealed, wanted), sealed, wanted)
        for what, each in vouched:
            self._compare(what, each, end)
        if checkpoint is None and end.n:
            self._problem("the checkpoint is gone")
        elif checkpoint and checkpoint.is_clean and checkpoint.n < end.n and not is_being_written(self.folder):
            self._problem(f"the store was closed at event {checkpoint.n}, yet it goes on to {end.n}")
        for file in sorted(self.folder.glob(_EVIDENCE)):
            self._problem(f"an earlier start found the events changed; see {file.name}")
        if not self.problems:
            self.sentences.append(f"{self.events} events intact, up to number {end.n}.")
        if checkpoint is not None and end.n > checkpoint.n:
            self.sentences.append(
                f"{end.n - checkpoint.n} events came after the last checkpoint ({to_iso(checkpoint.at)}); if later "
                "ones were cut off, this check can't tell."
            )

    def _listed(self) -> SealedEventList:
        found = read_genuine(self.folder / SEALED_FILE, SealedEventList, self.signer, self._problem)
        return found or SealedEventList()

    def _sealed(self, sealed: SealedEventList, wanted: set[int]) -> Link:
        """Hold each sealed file against the list, and the list against itself; returns the link that it leads to."""
        link = sealed.start
        self._note(link, wanted)
        for file in sorted(self.folder.glob(f"*.jsonl{EVIDENCE}")):
            self._problem(f"a segment was changed before it was sealed; see {file.name}")
        for segment in sealed.segments:
            if segment.is_damaged:
                self._problem(f"events {segment.first_n} to {segment.last_n} were changed before they were sealed")
            if (segment.first_n, segment.before.encode()) != (link.n + 1, link.head):
                self._problem(f"{segment.file_name} does not follow from the one before it")
            if not self._is_as_listed(segment):
                continue
            self.events += segment.rows
            link = Link(segment.last_n, segment.head.encode())
            self._note(link, wanted)
        return sealed.end

    def _is_as_listed(self, segment: SealedEvents) -> bool:
        path = self.folder / segment.file_name
        if not path.exists():
            self._problem(f"{path.name} is gone (events {segment.first_n} to {segment.last_n})")
            return False
        digests = {each.sha256 for each in self._listed().segments if each.ordinal == segment.ordinal}
        both = [path, path.with_name(path.name + REPLACING)]  # while some of its sources expire, the new one is there
        if not any(each.exists() and file_sha256(each) in {segment.sha256, *digests} for each in both):
            self._problem(f"{path.name} was changed (events {segment.first_n} to {segment.last_n})")
            return False
        return True

    def _unsealed(self, link: Link, sealed: SealedEventList, wanted: set[int]) -> Link:
        """Follow every batch that is not sealed yet."""
        done = {segment.ordinal for segment in sealed.segments}
        on_disk = segments_in(self.folder)
        unsealed = {name.ordinal for name, _ in on_disk if not name.is_sealed}
        for name, path in on_disk:
            if name.is_sealed and name.ordinal not in done | unsealed:
                if any(each.ordinal == name.ordinal for each in self._listed().segments):
                    raise FileNotFoundError(path)  # it was sealed since the list was read
                self._problem(f"{path.name} is not in the list of sealed segments")
            if name.is_sealed or name.ordinal in done:
                continue
            with path.open("rb") as file:
                for batch in follow(file, link, self.signer):
                    if isinstance(batch, Broken):
                        self._broken(path, on_disk[-1][1], batch)
                        return link
                    link = batch.link
                    self.events += len(batch.lines)
                    self._note(link, wanted)
        return link

    def _note(self, link: Link, wanted: set[int]) -> None:
        if link.n in wanted:
            self._heads[link.n] = link.head

    def _broken(self, path: Path, newest: Path, broken: Broken) -> None:
        what = f"what comes after event {broken.n} in {path.name} {broken.what}"
        if path == newest and is_being_written(self.folder):
            self.sentences.append(f"{what}; it is being written just now.")
        else:
            self._problem(f"{what}; either Limen was stopped hard and has not started since, or someone changed it")

    def _genuine(self, outside: list[bytes]) -> list[EventCheckpoint]:
        found: list[EventCheckpoint] = []
        for raw in outside:
            try:
                value = msgspec.json.decode(raw, type=EventCheckpoint)
            except UNREADABLE:
                self._problem("an exported checkpoint can't be read")
                continue
            if self.signer is not None and not is_genuine(value, self.signer):
                self._problem(f"an exported checkpoint (event {value.n}) was changed")
            else:
                found.append(value)
        return found

    def _compare(self, what: str, checkpoint: EventCheckpoint, end: Link) -> None:
        if checkpoint.n > end.n:
            self._problem(f"events {end.n + 1} to {checkpoint.n} are missing or broken, though {what} covers them")
        elif (head := self._heads.get(checkpoint.n)) is not None and head != checkpoint.link.head:
            self._problem(f"the events up to {checkpoint.n} are not those that {what} was created from")

    def _problem(self, what: str) -> None:
        self.problems.append(f"{what}.")
