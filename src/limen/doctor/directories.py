"""Directories in whose groups people are while a grant lasts: whether they answer and do what they are asked to, and
whether somebody is in a group past the end of their grant.

Limen asks each of them every minute, and writes down how it went: that is what is looked at here. Nobody signs in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.access.access_file import read
from limen.access.membership.listing import ListedDirectory, ListedGroup, listed
from limen.access.membership.overdue import ends_by_itself, overstayed
from limen.access.membership.store import State as MemberState
from limen.clock import MINUTE, Instant, Milliseconds, SystemClock
from limen.company.child import parse_texts
from limen.company.folder import read_folder
from limen.configuration.tree import Tree
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.facts.access_rules import FILE
from limen.facts.directory import Directory
from limen.finding import Finding, State
from limen.pillar import Around

NAME: Final = "directories"
SILENT: Final[Milliseconds] = 10 * MINUTE
"""A directory that Limen asks each minute was asked within so long, where it runs."""


async def directories(setup: Setup) -> list[Finding]:
    """It reads access.yaml and the database, and asks no directory anything."""
    said = await aside(lambda: _said(setup))
    every = await aside(lambda: _listed(setup, said))
    if not said and not every:
        return [Finding(NAME, State.SKIPPED, "nobody is put into groups of a directory", where=FILE)]
    now = SystemClock().now()
    return [finding for one in every for finding in _of(one, now, is_running=setup.limen is not None)]


def _said(setup: Setup) -> Mapping[str, Directory]:
    """The directories, as far as the file can be read; what is wrong with it is said by another examination."""
    text = read_folder(setup.root).texts.get(FILE)
    files, _ = parse_texts({FILE: text}) if text is not None else ({}, [])
    written = files.get(FILE, {}).get("tree")
    found = read(Tree(written), Around(setup.settings, None, None))[0] if written is not None else None
    return found.directories if found is not None else {}


def _listed(setup: Setup, said: Mapping[str, Directory]) -> list[ListedDirectory]:
    return setup.kept(lambda s: listed(s, said, setup.apps), []) or []


def _of(one: ListedDirectory, now: Instant, *, is_running: bool) -> list[Finding]:
    found = [finding for group in one.groups for finding in _of_group(group, now, is_running=is_running)]
    if one.directory is None:
        if any(group.members for group in one.groups):
            what = "access.yaml names it no more, and people are in its groups by a grant: nothing takes them out"
            found.append(Finding(NAME, State.WRONG, what, "name it again until they are out", one.name))
        return found
    if not one.state.has_secret:
        fix = f"store it: `limen directory connect {one.name}`"
        return [*found, Finding(NAME, State.WRONG, "Limen has no secret for it", fix, one.name)]
    if one.state.error:
        fix = f"`limen directory check {one.name}` asks it now; see docs/how-to/directory-groups.md"
        return [*found, Finding(NAME, State.WRONG, f"it could not be asked: {one.state.error}", fix, one.name)]
    is_silent = now - one.state.done_at > SILENT
    if is_running and is_silent and any(group.app is not None for group in one.groups):
        what = "who is in its groups was not asked for ten minutes, although Limen runs"
        return [*found, Finding(NAME, State.WARNING, what, "the log says why", one.name)]
    if found:
        return found
    return [
        Finding(
            NAME,
            State.OK,
            "it answers, and does what it is asked to" if one.state.done_at else "it is set up",
            where=one.name,
        )
    ]


def _of_group(group: ListedGroup, now: Instant, *, is_running: bool) -> list[Finding]:
    """Who is in past the end of their grant, what the directory did not do, and who is in without a grant."""
    found = []
    late = [one for one in group.members if overstayed(one, one.until, now)]
    if late:
        fix = "see why they could not be removed" if is_running else "start Limen, which removes them first"
        what = f"{len(late)} of its members are in it past the end of their grant"
        found.append(Finding(NAME, State.WRONG, what, f"{fix}; or remove them in the directory", group.group))
    for error in sorted({one.error for one in group.members if one.error and one.state is not MemberState.STANDING}):
        fix = "see what Limen needs there: docs/how-to/directory-groups.md"
        found.append(Finding(NAME, State.WRONG, f"a member could not be added or removed: {error}", fix, group.group))
    if group.strangers:
        what = f"{len(group.strangers)} of its members are in it without a grant"
        fix = "remove them there, or name them as `standing` in apps.yaml"
        found.append(Finding(NAME, State.WARNING, what, fix, group.group))
    live = [one for one in group.members if one.state is MemberState.MEMBER]
    about = group.app.group if group.app is not None else None
    if live and about is not None and not ends_by_itself(about, live) and not is_running:
        what = f"{len(live)} of its members are in it by a grant, which nothing ends while Limen is down"
        found.append(Finding(NAME, State.WARNING, what, "start Limen before those grants are over", group.group))
    return found
