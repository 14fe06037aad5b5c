"""`limen journal verify`: checks the chain from its first line to its last, and says what can't be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import to_iso
from limen.storage.files import file_sha256
from limen.storage.journal.chain import ERASED, Broken, Line, follow
from limen.storage.journal.chain_copy import CopyState, copy_state
from limen.storage.journal.checkpoint import EVIDENCE, Checkpoint, Sealed, SealedSegment
from limen.storage.journal.emergency import (
    EMERGENCY_BYTES,
    EMERGENCY_FILE,
    EMERGENCY_FILES,
    WRITER as EMERGENCY_WRITER,
    emergency_lines,
)
from limen.storage.journal.erase_messages import ERASING
from limen.storage.journal.heads import NotedHead
from limen.storage.journal.reader import writer_folders
from limen.storage.journal.segment import sealed_lines
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.lock import is_being_written
from limen.storage.segments.name import Name, segments_in
from limen.storage.segments.report import Report
from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE, UNREADABLE, is_genuine, read_genuine

_MOST_NAMED: Final = 10
_DATABASE: Final = "the database"


def verify(
    root: Path, keys: tuple[bytes, ...] = (), exported: Iterable[bytes] = (), noted: Sequence[NotedHead] = ()
) -> Report:
    """Follow every writer's chain under `root`.

    `keys` are `Keyring.journal_keys`; without them signatures are not checked, and it says so. `exported` are the
    lines of checkpoints that were kept elsewhere, `noted` those that the database knows of, read before this.
    """
    outside = list(exported)
    checks = [_checked(folder, keys, outside, noted) for folder in writer_folders(root)]
    problems = [problem for check in checks for problem in check.problems]
    sentences = [sentence for check in checks for sentence in check.sentences]
    known = {check.folder.name for check in checks}
    gone = sorted({_writer_named(raw) for raw in outside} - known)
    problems += [f"an exported checkpoint names writer {writer!r}, whose chain is missing" for writer in gone]
    problems += [
        f"the journal of {head.writer} is missing: the database knows its lines up to {_reach_of(head)}."
        for head in noted
        if head.writer not in known
    ]
    if not keys:
        sentences.append(
            "Signatures were not checked: no key was given. Anyone who can write the files could have forged them all."
        )
    if checks and not outside:
        sentences.append(
            "No exported checkpoint was given: if the end of the journal was cut off and its checkpoint "
            "replaced by an older one, that can't be detected."
        )
    lines, erased = sum(check.lines for check in checks), sum(check.erased for check in checks)
    return Report(lines, tuple(problems), (*problems, *sentences), erased)


def _reach_of(head: NotedHead) -> str:
    """How far a noted head says that its chain went."""
    try:
        found = msgspec.json.decode(head.checkpoint, type=Checkpoint)
    except UNREADABLE:
        return "a line that can no longer be read"
    return f"line {found.n}, of {to_iso(found.at)}"


def _checked(folder: Path, keys: tuple[bytes, ...], outside: list[bytes], noted: Sequence[NotedHead]) -> _Check:
    """Follow one chain; again if a segment was sealed while it was read."""
    tries = 3
    while True:
        check = _Check(folder, Signer(folder.name, keys) if keys else None)
        try:
            check.run(_of_writer(check, outside), [head for head in noted if head.writer == folder.name])
        except FileNotFoundError:
            tries -= 1
            if not tries:
                raise
        else:
            return check


@dataclass(slots=True)
class _Check:
    """One writer's chain."""

    folder: Path
    signer: Signer | None
    problems: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    lines: int = 0
    erased: int = 0
    _copy: CopyState | None = None
    _heads: dict[int, bytes] = field(default_factory=dict)
    _signed_n: int = 0

    def run(self, exported: Sequence[Checkpoint], noted: Sequence[NotedHead] = ()) -> None:
        checkpoint = read_genuine(self.folder / CHECKPOINT_FILE, Checkpoint, self.signer, self._problem)
        self._copy = copy_state(self.folder, self.signer)
        sealed = self._listed(self._problem)
        vouched = [("an exported checkpoint", each) for each in exported]
        vouched += [(_DATABASE, each) for each in self._in_database(noted)]
        vouched += [("the checkpoint", checkpoint)] if checkpoint is not None else []
        end = self._chain(sealed, {each.n for _, each in vouched})
        for what, each in vouched:
            self._compare(what, each, end)
        if checkpoint is None and self.lines:
            self._problem("the checkpoint is gone")
        self._tail(end, checkpoint)
        if self._copy is None:
            self._emergency(vouched)
        for file in sorted(self.folder.glob(EVIDENCE)):
            self._problem(f"an earlier start found the journal changed; see {file.name}")
        self._conclude(checkpoint, end)

    # The pieces

    def _in_database(self, noted: Sequence[NotedHead]) -> list[Checkpoint]:
        """The newest checkpoint that the database knows of. What an earlier start missed is a problem by itself."""
        found: list[Checkpoint] = []
        for head in noted:
            genuine = head.genuine(self.signer) if self.signer else None
            if head.lost_at:
                self._problem(
                    f"a start on {to_iso(head.lost_at)} found a journal that was deleted or cut: "
                    f"the database knows lines up to {_reach_of(head)}, and they are not in it"
                )
            elif genuine is not None:
                found.append(genuine)
            elif self.signer is not None:
                self._problem("its head in the database was changed")
        return found

    def _chain(self, sealed: Sealed, wanted: set[int]) -> Link:
        """Follow all segments from the oldest kept to the newest; returns the last link that holds."""
        link = sealed.start(self.folder.name)
        for path, raws in self._segments(sealed):
            gone: list[int] = []
            for line in follow(raws, link, self.signer):
                if isinstance(line, Broken):
                    self._broken(path, line)
                    return link
                link = line.link
                self._note(line, wanted)
                if line.body == ERASED:
                    gone.append(line.n)
            self._note_erased(path, gone)
        return link

    def _note(self, line: Line, wanted: set[int]) -> None:
        self.lines += 1
        if line.n in wanted:
            self._heads[line.n] = line.head
        if line.mac is not None:
            self._signed_n = line.n

    def _note_erased(self, path: Path, gone: list[int]) -> None:
        """The signed list counts the bodies that Limen erased; any others were erased by somebody else."""
        name = Name.of(path)
        listed = {each.ordinal: each.erased_bodies for each in self._listed().segments}
        if self._copy is not None and name is not None and not name.is_sealed:
            listed = self._copy.came_erased
        is_known = name is not None and (name.is_sealed or self._copy is not None)
        if name is None or not gone or (is_known and listed.get(name.ordinal) == len(gone)):
            self.erased += len(gone)
            return
        lines = ", ".join(map(str, gone[:_MOST_NAMED])) + (", …" if len(gone) > _MOST_NAMED else "")
        self._problem(
            f"in {path.name} {len(gone)} bodies were erased (lines {lines}), and Limen erased "
            f"{listed.get(name.ordinal, 0)}; the chain is intact across them"
        )

    def _listed(self, problem: Callable[[str], None] = lambda _what: None) -> Sealed:
        """The list as it is now: erasing may have put new files in place since it was read first."""
        found = read_genuine(self.folder / SEALED_FILE, Sealed, self.signer, problem)
        return found or Sealed(writer=self.folder.name)

    def _segments(self, sealed: Sealed) -> Iterator[tuple[Path, Iterable[bytes]]]:
        for segment in sealed.segments:
            path = self.folder / segment.file_name
            if not path.exists():
                self._problem(f"{path.name} is gone (lines {segment.first_n} to {segment.last_n})")
                return
            good = self._vouched_for(path, segment)
            if good is None:
                self._problem(f"{path.name} was changed")
                return
            yield path, sealed_lines(good)
        done = {segment.ordinal for segment in sealed.segments}
        on_disk = segments_in(self.folder)
        unsealed = {name.ordinal for name, _ in on_disk if not name.is_sealed}
        for name, path in on_disk:
            if name.is_sealed and name.ordinal not in done | unsealed:
                if any(each.ordinal == name.ordinal for each in self._listed().segments):
                    raise FileNotFoundError(path)  # it was sealed since the list was read
                self._problem(f"{path.name} is not in the list of sealed segments")
            elif not name.is_sealed and name.ordinal not in done:
                with path.open("rb") as file:
                    yield path, file

    def _vouched_for(self, path: Path, segment: SealedSegment) -> Path | None:
        """The file whose digest is in the list: during an erasure the new file may not have moved yet."""
        if file_sha256(path) == segment.sha256:
            return path
        digests = {each.sha256 for each in self._listed().segments if each.ordinal == segment.ordinal}
        both = [path.with_name(path.name + ERASING), path]
        return next((each for each in both if each.exists() and file_sha256(each) in digests), None)

    def _compare(self, what: str, checkpoint: Checkpoint, end: Link) -> None:
        if checkpoint.n > end.n and self._copy is not None and what == _DATABASE:
            self.sentences.append(
                f"{self.folder.name}: this is a copy, which ends at line {end.n}; the node that writes the journal has "
                f"come to line {checkpoint.n}. If its disk is lost, those lines are; what was acknowledged is not."
            )
        elif checkpoint.n > end.n:
            self._problem(f"lines {end.n + 1} to {checkpoint.n} are missing or broken, though {what} covers them")
        elif (head := self._heads.get(checkpoint.n)) is not None and head != checkpoint.link.head:
            self._problem(f"the journal up to line {checkpoint.n} is not the one that {what} was created from")

    def _tail(self, end: Link, checkpoint: Checkpoint | None) -> None:
        """Lines after the last signed one don't count; they come from a hard stop, or from tampering."""
        if end.n > self._signed_n:
            self._unsigned(f"lines {self._signed_n + 1} to {end.n} at the end are not signed")
        if checkpoint is not None and checkpoint.is_clean and checkpoint.n < end.n:
            self._problem(f"the journal was closed at line {checkpoint.n}, yet it goes on to line {end.n}")

    def _broken(self, path: Path, broken: Broken) -> None:
        what = f"line {broken.n} in {path.name} {broken.what}"
        newest = segments_in(self.folder)[-1][1]
        if path == newest and is_being_written(self.folder):
            self._unsigned(what)
        else:
            self._problem(what)

    def _unsigned(self, what: str) -> None:
        if is_being_written(self.folder):
            self.sentences.append(f"{self.folder.name}: {what}; it is being written just now.")
        else:
            self._problem(
                f"{what}; either Limen was stopped hard and has not started since, or someone changed the file"
            )

    def _emergency(self, vouched: list[tuple[str, Checkpoint]]) -> None:
        """The break-glass segment: a chain of its own, which the checkpoints beside it vouch for."""
        files = sorted(self.folder.glob(EMERGENCY_FILES))
        claims = [
            (what, each.break_glass.link) for what, each in vouched if each.break_glass is not msgspec.UNSET
        ]  # an older Limen's checkpoints claim nothing
        if (self.folder / EMERGENCY_FILE) not in files:
            if files or claims:
                self._problem(f"{EMERGENCY_FILE} is gone")
            return
        self.problems += [
            f"{self.folder.name}: {file.name} is not the size it was created with."
            for file in files
            if file.stat().st_size != EMERGENCY_BYTES
        ]
        signer = Signer(EMERGENCY_WRITER, self.signer.keys) if self.signer else None
        end = start_of(EMERGENCY_WRITER)
        heads = {end.n: end.head}
        for line in follow(emergency_lines(self.folder), end, signer):
            if isinstance(line, Broken) or line.body == ERASED:
                why = line.what if isinstance(line, Broken) else "has a body that was erased"
                self._problem(f"line {line.n} in {EMERGENCY_FILE} {why}")
                return
            end = line.link
            heads[end.n] = end.head
        for what, link in claims:
            if link.n > end.n:
                self._problem(
                    f"lines {end.n + 1} to {link.n} of {EMERGENCY_FILE} are missing, though {what} covers them"
                )
            elif heads.get(link.n) != link.head:
                self._problem(f"{EMERGENCY_FILE} up to line {link.n} is not the one that {what} was created from")

    def _conclude(self, checkpoint: Checkpoint | None, end: Link) -> None:
        name = self.folder.name
        if not self.problems:
            what = "lines of a copy" if self._copy is not None else "lines"
            self.sentences.append(f"{name}: {self.lines} {what} intact, up to line {end.n}.")
        if self.erased:
            self.sentences.append(
                f"{name}: {self.erased} entries' contents were erased by Limen; the chain is intact across them."
            )
        if checkpoint is not None and end.n > checkpoint.n:
            count = end.n - checkpoint.n
            self.sentences.append(
                f"{name}: {count} lines came after the last checkpoint ({to_iso(checkpoint.at)}); if later lines "
                "were cut off, this check can't tell."
            )

    def _problem(self, what: str) -> None:
        self.problems.append(f"{self.folder.name}: {what}.")


def _of_writer(check: _Check, outside: Iterable[bytes]) -> list[Checkpoint]:
    """The exported checkpoints of this writer. One with a wrong signature is reported as a problem."""
    found: list[Checkpoint] = []
    for raw in outside:
        if _writer_named(raw) != check.folder.name:
            continue
        value = msgspec.json.decode(raw, type=Checkpoint)
        if check.signer is not None and not is_genuine(value, check.signer):
            check.problems.append(f"{value.writer}: an exported checkpoint (line {value.n}) was changed.")
        else:
            found.append(value)
    return found


def _writer_named(raw: bytes) -> str:
    try:
        return msgspec.json.decode(raw, type=Checkpoint).writer
    except UNREADABLE:
        return "(unreadable)"
