"""How a published revision becomes what is decided by: the engine, and the apps and groups that are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from limen.company import store
from limen.company.company import Company
from limen.company.onboarding import within_longest_onboarding
from limen.facts import App, FactStore
from limen.pillars import files
from limen.policy import Engine
from limen.settings import Settings
from limen.storage import Feed, Snapshot

_EMPTY: dict[str, Any] = {"templates": {}, "staticPolicies": {}, "templateLinks": []}


_MOST_EXPECTED: Final = 2
_expected: dict[str, Company] = {}
"""Companies that are being published by this process, by their revision. Equal content has an equal name, so whoever
finds one here need not read and compile it again."""


def expect(company: Company) -> None:
    """Say that `company` is about to be published from this process, so that it takes effect sooner."""
    company.engine().prepare()
    _expected.pop(company.revision, None)
    while len(_expected) >= _MOST_EXPECTED:
        _expected.pop(next(iter(_expected)), None)
    _expected[company.revision] = company


@dataclass(slots=True)
class InForce:
    """What is in force now. A new revision replaces both at once; whoever holds the old engine finishes with it."""

    engine: Engine
    company: Company | None = None


@dataclass(frozen=True, slots=True)
class _Loaded:
    """`apps` are those that are decided by: of the company's, no onboarding is longer than it may be."""

    engine: Engine
    company: Company
    apps: tuple[App, ...]


def follow(feed: Feed, known: FactStore, settings: Settings) -> InForce:
    """Keep `known` and the returned `InForce` at the newest revision. Before the first one, everything is denied."""
    in_force = InForce(Engine(_EMPTY, "", settings.zone))

    def apply(loaded: _Loaded | None) -> None:
        if loaded is not None:
            company = loaded.company
            in_force.engine, in_force.company = loaded.engine, company
            for file in files():
                file.in_force(known, company.parts.get(file.name))
            # Whoever is told decides by the new engine.
            known.set_company(loaded.apps, company.groups, company.networks)

    feed.at_start(_load, apply)
    feed.on("revision", lambda snapshot, _key: _load(snapshot), lambda _key, loaded: apply(loaded))
    return in_force


def _load(snapshot: Snapshot) -> _Loaded | None:
    """Read and compile the newest revision, away from the event loop."""
    revision = store.newest(snapshot)
    if revision is None:
        return None
    company = _expected.get(revision.id)
    if company is None or not store.has_texts(snapshot, revision, company.files):
        company = store.company_of(snapshot, revision.id)
    if company is None:
        return None
    engine = company.engine()
    engine.prepare()
    return _Loaded(engine, company, within_longest_onboarding(company.all_apps.values(), revision.at))
