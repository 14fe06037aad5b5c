"""What is known of directories: how it goes with each, who is in its groups by a grant, and who otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from limen.access.membership import store
from limen.access.membership.store import Membership, Stranger
from limen.connectors.asked_store import AskedState
from limen.facts import App
from limen.facts.directory import Directory
from limen.storage import Snapshot


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A group, the app that it is, and its members. `app` is None where no app is about it any more."""

    directory: str
    group: str
    app: App | None
    members: tuple[Membership, ...]
    strangers: tuple[Stranger, ...]


@dataclass(frozen=True, slots=True)
class ListedDirectory:
    """A directory, how it was last asked, and its groups. `directory` is None where access.yaml has it no more."""

    name: str
    directory: Directory | None
    state: AskedState
    groups: tuple[ListedGroup, ...]


def listed(snapshot: Snapshot, directories: Mapping[str, Directory], apps: Iterable[App]) -> list[ListedDirectory]:
    """All of them, by name: those in force, and those that an app or a membership still names."""
    states = store.ASKED.states(snapshot.connection)
    members, strangers = store.memberships(snapshot.connection), store.strangers(snapshot.connection)
    of = {(app.group.directory, app.group.group): app for app in apps if app.group is not None}
    keys = of.keys() | {(one.directory, one.group) for one in members}
    groups = [
        ListedGroup(
            directory,
            group,
            of.get((directory, group)),
            tuple(one for one in members if (one.directory, one.group) == (directory, group)),
            tuple(one for one in strangers if (one.directory, one.group) == (directory, group)),
        )
        for directory, group in sorted(keys)
    ]
    return [
        ListedDirectory(
            name,
            directories.get(name),
            states.get(name, AskedState(name)),
            tuple(one for one in groups if one.directory == name),
        )
        for name in sorted(directories.keys() | {one.directory for one in groups})
    ]
