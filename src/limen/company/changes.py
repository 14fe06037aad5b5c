"""The differences between two companies, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

from limen.company.company import Company, limen_app
from limen.company.protocols import PROTOCOLS
from limen.configuration.differing import differing
from limen.facts import ActionRule, App, PublicRoute
from limen.pillars import files
from limen.settings import Sessions

T = TypeVar("T")

ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"
_ROUTES_TOLD: Final = 6


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different. `kind`: policy · app · group · network · setting · file · test.

    `how` is added, removed or changed; `detail` says what of it, where that is short. For a policy `before` and `after`
    are its texts as their authors wrote them.
    """

    kind: str
    name: str
    how: str
    detail: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        name = f"“{self.name}”" if self.kind == "test" else self.name
        return f"{self.kind} {name} {self.how}" + (f": {self.detail}" if self.detail else "")


def changes(before: Company | None, after: Company) -> tuple[Change, ...]:
    """Every difference of `after` from `before` (None: nothing was published yet). Layout does not count."""
    return (
        *_policies(before, after),
        *_apps(before, after),
        *_compared("group", before.settings.groups if before else {}, after.settings.groups, _titles),
        *_compared("network", before.settings.networks if before else {}, after.settings.networks, _addresses),
        *_settings(before, after),
        *_files_of_parts(before, after),
        *_compared("test", _by_title(before.tests if before else ()), _by_title(after.tests)),
    )


def _compared(
    kind: str, old: Mapping[str, T], new: Mapping[str, T], told: Callable[[T | None, T | None], str] = lambda *_: ""
) -> Iterator[Change]:
    """The differences by name; `told` describes one from the old and the new value."""
    for name, was, now in differing(old, new):
        yield Change(kind, name, ADDED if was is None else REMOVED if now is None else CHANGED, told(was, now))


def _titles(old: str | None, new: str | None) -> str:
    return f"from “{old}” to “{new}”" if old is not None and new is not None else f"“{new or old or ''}”"


def _addresses(old: Iterable[object] | None, new: Iterable[object] | None) -> str:
    was, now = (_listed(map(str, some or ())) for some in (old, new))
    return f"from {was} to {now}" if old is not None and new is not None else now if old is None else was


def _listed(words: Iterable[str]) -> str:
    every = list(words)
    more = f" and {len(every) - _ROUTES_TOLD} more" if len(every) > _ROUTES_TOLD else ""
    return (", ".join(every[:_ROUTES_TOLD]) or "nothing") + more


def _policies(before: Company | None, after: Company) -> Iterator[Change]:
    def told(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
        return _difference(old, new) if old and new else _told(old or new or {})

    def text(company: Company | None, name: str) -> str:
        return company.policies.sources[name].text if company and name in company.policies.sources else ""

    old: Mapping[str, Any] = before.policies.tree["staticPolicies"] if before else {}
    for change in _compared("policy", old, after.policies.tree["staticPolicies"], told):
        yield replace(change, before=text(before, change.name), after=text(after, change.name))


def _told(body: Mapping[str, Any]) -> str:
    """A policy's title, and its state where that is not the usual one."""
    said = body.get("annotations") or {}
    state = said.get("state", "enforce")
    title = f"“{said['title']}”" if said.get("title") else ""
    return title if state == "enforce" else f"{title} ({state})".strip()


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Which parts of a policy are different, its state by name."""
    was, now = (dict(body.get("annotations") or {}) for body in (old, new))
    parts = []
    states = was.pop("state", "enforce"), now.pop("state", "enforce")
    if states[0] != states[1]:
        parts.append(f"from {states[0]} to {states[1]}")
    if any(old.get(part) != new.get(part) for part in ("effect", "principal", "action", "resource")):
        parts.append("its scope")
    if old.get("conditions") != new.get("conditions"):
        parts.append("its conditions")
    if was != now:
        parts.append("its texts")
    return ", ".join(parts)


def _apps(before: Company | None, after: Company) -> Iterator[Change]:
    def told(old: App | None, new: App | None) -> str:
        return _app_difference(old, new) if old and new else (old or new or limen_app(after.settings)).name

    old = {app.id: app for app in before.apps} if before else {}
    yield from _compared("app", old, {app.id: app for app in after.apps}, told)


def _app_difference(old: App, new: App) -> str:
    parts = []
    for field in fields(App):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was != now:
            is_short = isinstance(was, str) and field.name in {"name", "host", "owner", "start", "url"}
            if field.name == "onboarding_until":
                parts.append("onboarding" if now else "onboarding ends")
                continue
            if field.name in {"rules", "public"}:
                parts.append(f"{field.name}{_routes_difference(was, now)}")
                continue
            if field.name == "upstream" and was.url != now.url:
                parts.append(f"upstream from {was.url} to {now.url}")
                continue
            if field.name in {*PROTOCOLS, "provision"} and was is not None and now is not None:
                changed = [one for one in was.__slots__ if getattr(was, one) != getattr(now, one)]
                parts.append(f"{field.name} ({', '.join(changed)})")
                continue
            word = f"{was.word} to {now.word}" if field.name == "label" else f"{was} to {now}"
            parts.append(f"{field.name} from {word}" if is_short or field.name == "label" else field.name)
    return ", ".join(parts)


def _routes_difference(was: tuple[ActionRule | PublicRoute, ...], now: tuple[ActionRule | PublicRoute, ...]) -> str:
    """` (now: public GET /logo; no more: view GET /x)`; "" where only their order differs."""
    parts = []
    for word, some, others in (("now", now, was), ("no more", was, now)):
        told = [_route_said(one) for one in some if one not in others]
        if told:
            more = f" and {len(told) - _ROUTES_TOLD} more" if len(told) > _ROUTES_TOLD else ""
            parts.append(f"{word}: {', '.join(told[:_ROUTES_TOLD])}{more}")
    return f" ({'; '.join(parts)})" if parts else ""


def _route_said(one: ActionRule | PublicRoute) -> str:
    methods = (
        "ANY" if not one.methods else ",".join(sorted(one.methods - ({"HEAD"} if "GET" in one.methods else set())))
    )
    action = one.action if isinstance(one, ActionRule) else "public, open to the whole internet"
    return f"{action} {methods} {one.pattern}"


def _settings(before: Company | None, after: Company) -> Iterator[Change]:
    if before is None:
        return
    for name in ("name", "domain", "time_zone", "url", "sessions"):
        old, new = getattr(before.settings, name), getattr(after.settings, name)
        if old != new:
            yield Change("setting", name, CHANGED, session_said(old, new) if name == "sessions" else _from(old, new))


def _from(old: str, new: str) -> str:
    return f"from {old or '“”'} to {new or '“”'}"


def session_said(old: Sessions, new: Sessions) -> str:
    """`absolute_hours from 12 to 24`."""
    was, now = old.model_dump(), new.model_dump()
    return ", ".join(f"{name} from {was[name]:g} to {now[name]:g}" for name in was if was[name] != now[name])


def _files_of_parts(before: Company | None, after: Company) -> Iterator[Change]:
    for file in files():
        old, new = before.parts.get(file.name) if before else None, after.parts.get(file.name)
        for said in file.changes(old, new) if old != new else ():
            yield Change("file", file.name, ADDED if old is None else REMOVED if new is None else CHANGED, said)


def _by_title(tests: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for test in tests:
        found.setdefault(test.title, []).append(test)
    return found
