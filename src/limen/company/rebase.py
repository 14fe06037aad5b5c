"""A draft brought onto what was published meanwhile: both changes together, where they are about different things.

    found = rebased(base, draft, in_force)
    found.conflicts   what both changed, by file and policy: then nothing is merged
    found.company     what is in force with the draft's change in it

Texts are merged line by line (three-way, as `diff3` does). A policy, an app or a test that both sides changed is a
conflict even where its lines would merge: nobody ever read what came out of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.folder import APPS, TESTS
from limen.errors import LimenError


@dataclass(frozen=True, slots=True, order=True)
class Conflict:
    """What both sides changed: in `file` the policy, app or test `name` ("": lines that belong to none of these)."""

    file: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.name}" if self.name else self.file


@dataclass(frozen=True, slots=True)
class Rebased:
    """The merged company; None where there are conflicts."""

    company: Company | None
    conflicts: tuple[Conflict, ...] = ()


def rebased(base: Company, draft: Company, in_force: Company) -> Rebased:
    """`draft`, which was made from `base`, as a change of `in_force`.

    Raises `LimenError` where texts were not kept, and `FolderError` where the two do not go together: a rule of one
    names what the other took away.
    """
    if not base.files or not in_force.files:
        raise LimenError("the texts of a revision were not kept", "make the change again")
    conflicts = set(conflicts_of(base, draft, in_force))
    changed: dict[str, str | None] = {}
    for name in sorted({*base.files, *draft.files, *in_force.files}):
        old, ours, theirs = base.files.get(name), draft.files.get(name), in_force.files.get(name)
        if ours in (old, theirs):
            continue
        if theirs == old:
            changed[name] = ours
        elif old is None or ours is None or theirs is None:
            conflicts.add(Conflict(name))
        else:
            merged = merge(old.split("\n"), ours.split("\n"), theirs.split("\n"))
            if merged is not None:
                changed[name] = "\n".join(merged)
            elif not any(one.file == name for one in conflicts):
                conflicts.add(Conflict(name))
    if conflicts:
        return Rebased(None, tuple(sorted(conflicts)))
    return Rebased(candidate(in_force, changed))


def merge(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str] | None:
    """The three texts as one, line by line; None where both changed the same lines, or lines next to each other."""
    merged: list[str] = []
    for one in stretches(base, ours, theirs):
        if one.is_clash:
            return None
        merged += one.agreed
    return merged


@dataclass(frozen=True, slots=True)
class Lines:
    """A stretch of a text: what stood there from line `at` (from 0) on, and what each side made of it."""

    at: int
    base: list[str]
    ours: list[str]
    theirs: list[str]

    @property
    def is_clash(self) -> bool:
        return self.ours not in (self.theirs, self.base) and self.theirs != self.base

    @property
    def agreed(self) -> list[str]:
        """What came of it, where it is no clash."""
        return self.theirs if self.ours in (self.theirs, self.base) else self.ours


def stretches(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Lines]:
    """The three texts in stretches, one after the other: those that are the same, and those in between."""
    at = (0, 0, 0)
    for start, in_ours, in_theirs, size in (*_common(base, ours, theirs), (len(base), len(ours), len(theirs), 0)):
        between = list(base[at[0] : start]), list(ours[at[1] : in_ours]), list(theirs[at[2] : in_theirs])
        if any(between):
            yield Lines(at[0], *between)
        same = list(base[start : start + size])
        if same:
            yield Lines(start, same, same, same)
        at = (start + size, in_ours + size, in_theirs + size)


def _common(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of lines that all three have: where they begin in each, and how long they are."""
    mine, other = (SequenceMatcher(None, base, one, autojunk=False).get_matching_blocks() for one in (ours, theirs))
    left = right = 0
    while left < len(mine) and right < len(other):
        one, two = mine[left], other[right]
        start, end = max(one.a, two.a), min(one.a + one.size, two.a + two.size)
        if start < end:
            yield start, one.b + start - one.a, two.b + start - two.a, end - start
        if one.a + one.size < two.a + two.size:
            left += 1
        else:
            right += 1


def conflicts_of(base: Company, draft: Company, in_force: Company) -> Iterator[Conflict]:
    """The policies, apps and tests that both sides changed."""
    sides = (base, draft, in_force)
    places = {**base.policies.sources, **in_force.policies.sources, **draft.policies.sources}
    texts = [{one: source.text for one, source in company.policies.sources.items()} for company in sides]
    for name in _apart(*texts):
        yield Conflict(places[name].file, name)
    for name in _apart(*({app.id: app for app in company.apps} for company in sides)):
        yield Conflict(APPS, name)
    for name in _apart(*(_by_title(company) for company in sides)):
        yield Conflict(TESTS, name)


def _by_title(company: Company) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for test in company.tests:
        found.setdefault(test.title, []).append(test)
    return found


def _apart(old: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    """The names of what is three different things on the three sides."""
    for name in sorted({*old, *ours, *theirs}):
        was, mine, other = old.get(name), ours.get(name), theirs.get(name)
        if mine != was and other not in (was, mine):
            yield name
