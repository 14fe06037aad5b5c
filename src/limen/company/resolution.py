"""What a draft and a publication both changed, part by part, and the two put together as somebody chose.

    found = disagreements(base, draft, in_force)
    found[0].ours, found[0].theirs       the draft's text of the part, and the one in force
    resolved(base, draft, in_force, [found[0].theirs, "what somebody wrote"])

A part is a stretch of a file that both sides changed; of a policy, an app or a test all that lies between the first and
the last change in it, because nobody ever read what came of merging its lines. Whatever is no such part is merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final, TypeAlias

from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.folder import APPS, TESTS
from limen.company.rebase import Lines, conflicts_of, stretches
from limen.errors import LimenError

Block: TypeAlias = tuple[str, int, int]
"""A policy, an app or a test in the text of a file: its name, its first line, and the line after its last; from 0."""

_NAME: Final = re.compile(r"^(?:- |[ \t]+)(?:id|test):[ \t]*(.+?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One part of `file` that both sides changed. `name` says what it lies in ("": in nothing that has a name).

    None is the text of a file that this side has not.
    """

    file: str
    name: str
    ours: str | None
    theirs: str | None


def disagreements(base: Company, draft: Company, in_force: Company) -> tuple[Disagreement, ...]:
    """Everything that somebody has to choose, file by file, from the top of each.

    () where it can't be told from the texts alone, as for a policy that one of the two moved to another file.
    """
    files = _both_changed(base, draft, in_force)
    found = tuple(chain.from_iterable(_of_file(file, base, draft, in_force) for file in files))
    apart = {one.file for one in conflicts_of(base, draft, in_force)} - {one.file for one in found}
    return () if apart else found


def resolved(base: Company, draft: Company, in_force: Company, chosen: Sequence[str | None]) -> Company:
    """What is in force with the draft's change in it, and of each disagreement, in their order, the chosen text.

    Raises `LimenError` where those are not as many as there are disagreements, or none; `FolderError` where what comes
    of it is no company folder.
    """
    left = list(chosen)
    if not left or len(left) != len(disagreements(base, draft, in_force)):
        raise LimenError("Something else was changed in the meantime", "review the conflicts again")
    alone = {
        file for file in draft.files.keys() | base.files.keys() if in_force.files.get(file) == base.files.get(file)
    }
    changed = {file: draft.files.get(file) for file in alone if draft.files.get(file) != base.files.get(file)}
    for file in _both_changed(base, draft, in_force):
        parts = _parts(file, base, draft, in_force)
        if parts is None:
            changed[file] = left.pop(0)
            continue
        lines: list[str] = []
        for one in parts:
            text = left.pop(0) if one.is_clash else None
            lines += one.agreed if not one.is_clash else text.split("\n") if text else []
        changed[file] = "\n".join(lines)
    return candidate(in_force, changed)


def _both_changed(base: Company, draft: Company, in_force: Company) -> list[str]:
    """The files that the two made different things of."""
    found = []
    for file in sorted({*base.files, *draft.files, *in_force.files}):
        old, ours, theirs = (side.files.get(file) for side in (base, draft, in_force))
        if ours not in (old, theirs) and theirs != old:
            found.append(file)
    return found


def _of_file(file: str, base: Company, draft: Company, in_force: Company) -> Iterator[Disagreement]:
    parts = _parts(file, base, draft, in_force)
    if parts is None:
        yield Disagreement(file, "", draft.files.get(file), in_force.files.get(file))
        return
    blocks = _blocks(file, base)
    for one in parts:
        if one.is_clash:
            names = [name for name, first, after in blocks if name and _touches(one, first, after)]
            yield Disagreement(file, ", ".join(names), "\n".join(one.ours), "\n".join(one.theirs))


def _parts(file: str, base: Company, draft: Company, in_force: Company) -> list[Lines] | None:
    """The file in stretches; None where it has to be chosen as a whole: one side added it or took it away, or both
    changed something of one name in different places.
    """
    old, ours, theirs = (side.files.get(file) for side in (base, draft, in_force))
    if old is None or ours is None or theirs is None:
        return None
    parts = list(stretches(old.split("\n"), ours.split("\n"), theirs.split("\n")))
    for _, first, after in _blocks(file, base):
        parts = _joined(parts, first, after)
    is_named = any(one.file == file for one in conflicts_of(base, draft, in_force))
    return None if is_named and not any(one.is_clash for one in parts) else parts


def _joined(parts: list[Lines], first: int, after: int) -> list[Lines]:
    """The stretches; what lies between the first and the last change in these lines as one, if both sides did one."""
    found = [at for at, one in enumerate(parts) if one.ours != one.theirs and _touches(one, first, after)]
    by_us = any(parts[at].ours != parts[at].base for at in found)
    by_them = any(parts[at].theirs != parts[at].base for at in found)
    if len(found) < 2 or not (by_us and by_them):
        return parts
    within = parts[found[0] : found[-1] + 1]
    together = Lines(
        within[0].at,
        [line for one in within for line in one.base],
        [line for one in within for line in one.ours],
        [line for one in within for line in one.theirs],
    )
    return [*parts[: found[0]], together, *parts[found[-1] + 1 :]]


def _touches(one: Lines, first: int, after: int) -> bool:
    end = one.at + len(one.base)
    return first < one.at < after if end == one.at else one.at < after and first < end


def _blocks(file: str, base: Company) -> list[Block]:
    lines = base.files.get(file, "").split("\n")
    if file in (APPS, TESTS):
        starts = [at for at, line in enumerate(lines) if line.startswith("- ")]
        found = []
        for first, after in pairwise([*starts, len(lines)]):
            name = _NAME.search("\n".join(lines[first:after]))
            found.append((name[1].strip("\"'") if name else "", first, after))
        return found
    return [
        (name, source.line - 1, source.line + source.text.count("\n"))
        for name, source in base.policies.sources.items()
        if source.file == file
    ]
