"""An app or a group taken out of the company's texts, with what speaks of it alone; and an app's entry written anew.

    done = without_app(company, "handbook")
    done.changed   file → text
    done.said      what goes with it and what is rewritten, a sentence each

What speaks of others as well is rewritten, where that is only a name in a list; else whoever removes it is told what to
change first. Nothing is guessed about a condition.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from limen.company.apps_text import without_entry
from limen.company.candidate import candidate, find_policy
from limen.company.company import Company
from limen.company.expectation_text import block_at, with_block, with_choice
from limen.company.folder import APPS, SETTINGS, TESTS
from limen.company.load import failing_tests
from limen.configuration.problem import shown, unknown
from limen.errors import LimenError
from limen.facts import LIMEN, App
from limen.messages import lists
from limen.pillars import single_files
from limen.policy.expectations import Expectation, unmet

_MOST_NAMED: Final = 6
_FIRST: Final = "change that first"


@dataclass(frozen=True, slots=True)
class Uses:
    """What depends on an app or a group: policies by id, apps by id, and tests by title."""

    policies: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removed:
    """The texts that change (None: the file goes), the company they make, and what goes or changes with it."""

    changed: dict[str, str | None]
    company: Company
    said: tuple[str, ...]


def uses_of_app(company: Company, app_id: str) -> Uses:
    """The policies and tests that name it."""
    tests = dict.fromkeys(one.title for one in company.tests if one.app == app_id)
    return Uses(_policies_naming(company, "App", app_id), (), tuple(tests))


def uses_of_group(company: Company, group: str) -> Uses:
    """The policies and tests that name it, and the apps it answers for."""
    tests = dict.fromkeys(one.title for one in company.tests if group in (one.groups or ()))
    owned = tuple(app.id for app in company.apps if app.owner == group)
    return Uses(_policies_naming(company, "Group", group), owned, tuple(tests))


def without_app(company: Company, app_id: str) -> Removed:
    """The company without this app. Raises `LimenError` where there is none, or where it can't be taken out so."""
    apps = {app.id: app for app in company.apps}
    if app_id == LIMEN or app_id not in apps:
        raise LimenError(*unknown("app", app_id, apps))
    company = _with_lines(company)
    changed: dict[str, str | None] = {APPS: without_entry(company.files.get(APPS, ""), app_id)}
    naming = _policies_naming(company, "App", app_id)
    said = [_without_policy(company, changed, policy, "App", app_id) for policy in naming]
    said += _tests_without_app(company, changed, apps[app_id])
    said += _parts_without(company, changed, "app", app_id)
    return _read(company, changed, said)


def without_group(company: Company, group: str, people: Iterable[str] = ()) -> Removed:
    """The company without this group. `people` are the names of those who are in it: while there are any, it stays.

    Raises `LimenError` where it can't be taken out.
    """
    if group not in company.settings.groups:
        raise LimenError(*unknown("group", group, company.settings.groups))
    uses, inside = uses_of_group(company, group), list(people)
    if inside:
        who = lists.joined(inside, most=_MOST_NAMED)
        raise LimenError(f"{who} {'is' if len(inside) == 1 else 'are'} in it", "remove them from the group first")
    if uses.apps:
        raise LimenError(
            f"it is the owner of {lists.joined(uses.apps, most=_MOST_NAMED)}", "choose another owner first"
        )
    company = _with_lines(company)
    changed: dict[str, str | None] = {SETTINGS: with_group(company.files.get(SETTINGS, ""), group, None)}
    said = [_without_policy(company, changed, policy, "Group", group) for policy in uses.policies]
    lines = {one.line for one in company.tests if group in (one.groups or ())}
    said += list(_taken_out(company, changed, lines))
    said += _parts_without(company, changed, "group", group)
    return _read(company, changed, said)


def with_group(text: str, group: str, title: str | None) -> str:
    """limen.toml with this group's title (None: without it); a new one goes to the end of its section.

    Raises `LimenError` where the section is written in a way that is not known.
    """
    lines = text.split("\n")
    start = next((at for at, line in enumerate(lines) if re.match(r"^\s*\[\s*groups\s*\]", line)), None)
    if start is None:
        raise LimenError("limen.toml has no separate section [groups]", "edit limen.toml by hand")
    end = next((at for at in range(start + 1, len(lines)) if re.match(r"^\s*\[", lines[at])), len(lines))
    key = re.compile(rf"^\s*(?:{re.escape(group)}|\"{re.escape(group)}\")\s*=")
    at = next((at for at in range(start + 1, end) if key.match(lines[at])), None)
    if title is None and at is None:
        raise LimenError(f"{shown(group)} is not on a line of its own", "remove it in limen.toml by hand")
    written = [] if title is None else [f"{group} = {_toml(title)}"]
    if at is not None:
        return "\n".join([*lines[:at], *written, *lines[at + 1 :]])
    while end > start + 1 and lines[end - 1].startswith("#"):  # what is said above the next section belongs to that
        end -= 1
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return "\n".join([*lines[:end], *written, *lines[end:]])


def _toml(text: str) -> str:
    """A basic string: TOML 1.0 takes what JSON writes, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _parts_without(company: Company, changed: dict[str, str | None], kind: str, name: str) -> Iterator[str]:
    """Take it out of the files of parts that know how; says what that does."""
    for file in single_files():
        if file.without is None or file.name not in company.files:
            continue
        text, said = file.without(company.files[file.name], kind, name)
        if said:
            changed[file.name] = text
            yield from said


# Policies


def _policies_naming(company: Company, kind: str, name: str) -> tuple[str, ...]:
    """The policies that name this entity, by their ids, in the order of the files."""
    naming = [one for one, body in company.policies.tree["staticPolicies"].items() if _names(body, kind, name)]
    places = company.policies.sources
    return tuple(sorted(naming, key=lambda one: (places[one].file, places[one].line) if one in places else ("", 0)))


def _names(node: object, kind: str, name: str) -> bool:
    if isinstance(node, dict):
        if node.get("type") == kind and node.get("id") == name:
            return True
        return any(_names(one, kind, name) for one in node.values())
    return isinstance(node, list | tuple) and any(_names(one, kind, name) for one in node)


def _without_policy(company: Company, changed: dict[str, str | None], policy: str, kind: str, name: str) -> str:
    """Take a policy that is about it alone out, and its name out of a list; says which was done."""
    body = company.policies.tree["staticPolicies"][policy]
    line = "resource" if kind == "App" else "principal"
    scope = body.get(line) or {}
    file, piece = find_policy(company, policy)
    if _is_only(scope, kind, name):
        _put(company, changed, file, piece.text, "")
        return f"policy {policy} is removed: it is about nothing else"
    uid = re.escape(f'{kind}::"{name}"')
    text, count = re.subn(rf"{uid}\s*,\s*|,\s*{uid}(?=\s*\])", "", piece.text)
    if not count or re.search(uid, text):
        raise LimenError(f"policy {policy} mentions {name} in {file}", _FIRST)
    _put(company, changed, file, piece.text, text)
    return f"policy {policy} is then about the others that it names"


def _is_only(scope: dict[str, object], kind: str, name: str) -> bool:
    """Does this line of a policy's scope mean this one entity?"""
    entities = scope.get("entities")
    named = entities if isinstance(entities, list | tuple) else [scope.get("entity")]
    return len(named) == 1 and _names(named[0], kind, name)


def _put(company: Company, changed: dict[str, str | None], file: str, old: str, new: str) -> None:
    text = changed[file] if file in changed else company.files[file]
    assert text is not None  # noqa: S101 -- a file of policies is never taken away before the last of them
    before, found, after = text.partition(old)
    if not found:
        raise LimenError(f"{file} is written in a way that can't be changed automatically", _FIRST)
    if not new:
        after = after.lstrip(" \t").removeprefix("\r").removeprefix("\n").removeprefix("\n")
    changed[file] = before + new + after


# Tests


def _with_lines(company: Company) -> Company:
    """The company with the line of each test: a published one was kept without them, so its texts are read again."""
    return company if all(one.line for one in company.tests) else candidate(company, {})


def _tests_without_app(company: Company, changed: dict[str, str | None], app: App) -> Iterator[str]:
    """A test that speaks of other apps as well loses this one. One about it alone asks another app instead, best one of
    the same label, where that is answered as expected; or else it goes.
    """
    by_line: dict[int, list[Expectation]] = {}
    for one in company.tests:
        by_line.setdefault(one.line, []).append(one)
    about = {line for line, some in by_line.items() if any(one.app == app.id for one in some)}
    alone = {line for line in about if all(one.app == app.id for one in by_line[line])}
    stand_ins = sorted((one for one in company.apps if one.id != app.id), key=lambda one: one.label != app.label)
    text, moved, gone = company.files.get(TESTS, ""), 0, set[int]()
    for line in sorted(about, reverse=True):
        block = block_at(text, line)
        if line in alone:
            other = next((one for one in stand_ins if _would_hold(company, by_line[line], one)), None)
            new = with_choice(block, "app", [other.id]) if other is not None else None
            if new is None:
                gone.add(line)
                continue
            moved += 1
        else:
            left = list(dict.fromkeys(one.app for one in by_line[line] if one.app != app.id))
            new = with_choice(block, "app", left)
            if new is None:
                raise LimenError(f"the test in {TESTS}, line {line}, mentions {app.id} among others", _FIRST)
        text = with_block(text, line, new)
    changed[TESTS] = text
    if moved:
        yield f"{moved} policy {'test uses' if moved == 1 else 'tests use'} another app instead"
    if left_over := len(about) - len(alone):
        yield f"{left_over} policy {'test uses' if left_over == 1 else 'tests use'} only the other apps that it names"
    yield from _taken_out(company, changed, gone)


def _would_hold(company: Company, asked: Iterable[Expectation], app: App) -> bool:
    """Is each of these answered as expected, asked of this app instead?"""
    instead = [replace(one, app=app.id) for one in asked]
    apps = {app.id: replace(app, onboarding_until=0)}
    return not list(unmet(company.engine(), instead, apps, company.networks))


def _taken_out(company: Company, changed: dict[str, str | None], lines: Iterable[int]) -> Iterator[str]:
    titles = {one.line: one.title for one in company.tests}
    some = sorted(lines, reverse=True)
    original = company.files.get(TESTS, "")
    text = changed.get(TESTS) or original
    for line in some:
        text = with_block(text, line, "")
    if some:
        changed[TESTS] = text
        told = lists.joined([f"“{titles[one]}”" for one in reversed(some)], most=_MOST_NAMED)
        yield f"{len(some)} policy {'test is' if len(some) == 1 else 'tests are'} removed: {told}"


def _read(company: Company, changed: dict[str, str | None], said: list[str]) -> Removed:
    after = candidate(company, changed)
    if problems := failing_tests(after):
        said.append(f"{len(problems)} policy tests fail without it")
    return Removed(changed, after, tuple(said))
