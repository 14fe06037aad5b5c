"""Parts of what was understood: somebody may take some apps, and what is required in them, and leave others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from limen.importing.conditions import groups_in
from limen.importing.model import App, Requirement, System


def only(system: System, apps: Collection[str], requirements: Collection[str]) -> System:
    """The system with these apps and requirements, by their keys, and with the groups that these name."""
    kept = tuple(one for one in system.apps if one.key in apps)
    required = tuple(one for one in system.requirements if one.key in requirements)
    named = {*_named_by_apps(kept), *_named_by_requirements(required)}
    return replace(
        system,
        apps=kept,
        requirements=required,
        groups=tuple(one for one in system.groups if one.key in named),
        people=tuple(replace(one, groups=one.groups & named) for one in system.people),
        expected=tuple(one for one in system.expected if one.app in apps),
    )


def _named_by_apps(apps: Collection[App]) -> set[str]:
    return {key for app in apps for access in app.access for key in groups_in(access.when)}


def _named_by_requirements(requirements: Collection[Requirement]) -> set[str]:
    return {key for one in requirements for condition in (one.who, *one.unless) for key in groups_in(condition)}
