"""The question that `limen why` answers, from a past decision, a file, or a supposed request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from limen.cli.open_company import has_database, opened
from limen.cli.options import refuse_unknown
from limen.clock import Instant, SystemClock
from limen.company import store
from limen.company.child import parse_texts
from limen.company.company import Company
from limen.company.load import load_company, load_settings
from limen.company.places import journal_folder
from limen.configuration.problem import did_you_mean, shown
from limen.configuration.tree import Tree
from limen.enforcement.reasons import REASONS
from limen.errors import LimenError
from limen.facts import ACTIONS, Facts, Group, Person
from limen.identity.store import people, workloads
from limen.policy import Engine, Request
from limen.policy.explain import Explanation
from limen.policy.hypothetical import Hypothetical
from limen.policy.replay import Replayed, replay, write_decision
from limen.storage import Snapshot
from limen.storage.journal.reader import Reader

MAX_FILE: Final = 32_000_000
"""The longest decision file, in bytes; it holds all policies of a revision."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, ready to be answered. `who` is for people to read; `replayed` is set for a decision file.

    `groups` are the company's, where it is known.
    """

    engine: Engine
    request: Request
    facts: Facts
    now: Instant
    who: str
    app: str
    replayed: Replayed | None = None
    groups: Mapping[str, Group] = field(default_factory=dict)

    def explain(self) -> Explanation:
        return self.engine.explain(self.request, self.facts, self.now)

    def to_file(self) -> dict[str, Any]:
        return write_decision(self.engine, self.request, self.facts, self.now)


def from_file(path: Path) -> Question:
    """A decision file. Raises `LimenError` when it can't be read."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE + 1)
        replayed = replay(json.loads(text) if len(text) <= MAX_FILE else None)
    except (OSError, ValueError, RecursionError) as error:
        raise LimenError(f"{path}: {error}", "`limen why ID --json` writes a decision file") from None
    decision = replayed.decision
    facts = decision.facts
    who = facts.person.id or "nobody"
    return Question(replayed.engine, decision.request, facts, decision.now, who, facts.app.id, replayed)


def by_id(folder: Path, decision_id: str) -> Question:
    """A past decision, from the journal and the database beside the folder. Raises `LimenError` if it isn't there."""
    settings = load_settings(folder)
    reader = Reader(journal_folder(folder, settings))
    try:
        event = reader.find(decision_id)
    except ValueError:
        raise LimenError(
            f"{shown(decision_id)} is not a decision ID", "copy it from the journal or a refusal"
        ) from None
    record = None if event is None else event.decision
    if event is None or record is None:
        raise LimenError(f"there is no decision {shown(decision_id)}", "it may be older than the journal keeps")
    if not record.revision:
        named = [REASONS[name].title if name in REASONS else name for name in record.reasons]
        raise LimenError(f"no policy made this decision: {', '.join(named)}", "the answer doesn't depend on policies")
    facts = reader.facts_of(event)
    if facts is None:
        raise LimenError("the facts of this decision are no longer kept", "the journal still has its reasons")
    with opened(folder, settings, may_make=True) as here:
        company = here.database.read(lambda snapshot: store.company_of(snapshot, record.revision))
        who = here.database.read(lambda snapshot: name_of(snapshot, facts.person.id))
    if company is None:
        raise LimenError(f"the revision {record.revision[:12]} is not in the database", "restore it from a backup")
    request = Request(record.action, record.method, record.route, record.host)
    app = company.all_apps.get(facts.app.id)
    return Question(
        company.engine(),
        request,
        facts,
        record.now,
        who,
        app.name if app else facts.app.id,
        groups={group.id: group for group in company.groups},
    )


def name_of(snapshot: Snapshot, person_id: str) -> str:
    """The name of a person or workload; the bare id once they are no longer in the database."""
    if not person_id:
        return "nobody"
    person = people.by_id(snapshot.connection, person_id)
    found = person or workloads.by_id(snapshot.connection, person_id)
    return person_id if found is None else found.name


def supposed(
    folder: Path, known: Hypothetical, app_id: str, action: str, *, person: str, groups: list[str], nobody: bool
) -> Question:
    """A supposed request, decided by the folder's policies. Raises `LimenError` for an unknown name."""
    company = load_company(folder)
    engine = company.engine()
    refuse_unknown("app", [app_id], company.all_apps)
    refuse_unknown("action", [action], ACTIONS)
    app = company.all_apps[app_id]
    refuse_no_place(company, known.country, known.network)
    who = None if nobody else somebody(folder, company, person, groups)
    now = known.now(engine.zone) if known.at else SystemClock().now()
    named = replace(known, at=known.at or datetime.fromtimestamp(now / 1000, engine.zone).isoformat())
    facts = named.facts(who, app, action, now, company.networks)
    return Question(
        engine,
        Request(action),
        facts,
        now,
        "nobody" if who is None else who.name,
        app.name,
        groups={group.id: group for group in company.groups},
    )


def refuse_no_place(company: Company, country: str, network: str) -> None:
    """Raises `LimenError` for an unknown network, and for what is not the two letters of a country."""
    networks = company.settings.networks
    if network and network not in networks:
        fix = did_you_mean(network, networks) or "networks are listed in limen.toml under [networks]"
        raise LimenError(f"there is no network {shown(network)}", fix)
    if country and not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        raise LimenError(f"{shown(country)} is not a country code", "use two letters, such as DE or FR")


def somebody(
    folder: Path, company: Company, name: str, groups: list[str], otherwise: str = "or describe them with --group"
) -> Person:
    """The person called `name`, or a supposed one in `groups`. Raises `LimenError` for nobody, or several."""
    refuse_unknown("group", groups, company.settings.groups)
    if not name:
        if not groups:
            raise LimenError("no person was given", "use --person NAME, --group ID, or --nobody")
        return Person("supposed", f"someone in {', '.join(groups)}", groups=frozenset(groups), active=True)
    people = people_of(folder, company)
    found = [one for one in people if name.casefold() in {one.name.casefold(), one.email.casefold(), one.id}]
    found = found or [one for one in people if name.casefold() in one.name.casefold().split()]
    if len(found) > 1:
        raise LimenError(f"{shown(name)} may be {', '.join(one.name for one in found)}", "give the email address")
    if not found:
        hint = did_you_mean(name, [one.name for one in people], otherwise)
        raise LimenError(f"there is nobody called {shown(name)}", hint)
    return replace(found[0], groups=found[0].groups | set(groups))


def people_of(folder: Path, company: Company) -> list[Person]:
    """Those in the database; before there is one, those in `employees.yaml`, which only an example company has."""
    if has_database(folder, company.settings):
        with opened(folder, company.settings) as here:
            members = here.database.read(lambda snapshot: people.members(snapshot.connection))
        return [member.person for member in members]
    file = folder / "employees.yaml"
    if not file.is_file():
        return []
    files, problems = parse_texts({"employees.yaml": file.read_text("utf-8")})
    if problems:
        raise LimenError(str(problems[0]))
    return [
        Person(str(one["id"]), str(one["name"]), str(one["email"]), frozenset(map(str, one["groups"])), active=True)
        for one in Tree(files["employees.yaml"]["tree"]).plain()
    ]
