"""The single change that shrinks a blast radius most, each proved by working it out again, and as a draft.

Of the network a flow, or its part into one zone, or keeping the hosts of a zone apart; of people a group that somebody
leaves; of an app what it requires from then on: a session that is bound to its device, where a password or a cookie was
taken, and a grant, which somebody else approves, where the device itself is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from limen.access.standing.listing import listed
from limen.access.standing.privilege import standing_access
from limen.company.blast.radius import Blast, Permitted, Surroundings
from limen.company.blast.taken import Taken, people_behind
from limen.company.by_grant import by_grant
from limen.company.candidate import added, candidate
from limen.company.company import Company
from limen.company.rules import new_id
from limen.errors import LimenError
from limen.facts import LIMEN, App
from limen.network.flow_text import isolated, kept_out_of, without_flow
from limen.network.model import FILE, Network
from limen.network.proof.assets import Asset
from limen.policy.annotations import Phase
from limen.policy.forms import Form, Needs, write

MOST_PROVED: Final = 4
"""Drafts of policies that are read and worked out, the most promising first."""


class By(StrEnum):
    """What is changed."""

    FLOW = "flow"
    ISOLATION = "isolation"
    GROUP = "group"
    BINDING = "binding"
    GRANT = "grant"


IN_THE_NETWORK: Final = frozenset({By.FLOW, By.ISOLATION})


@dataclass(frozen=True, slots=True)
class Shrinking:
    """`name`: the id of the flow, zone, group or app. `to_zone`: only the flow's part into that zone. `person`: who
    leaves the group. What is spared is out of reach then; `weight` is the sum of its sensitivities.
    """

    by: By
    name: str
    apps: tuple[str, ...]
    assets: tuple[Asset, ...]
    weight: int
    to_zone: str = ""
    person: str = ""

    @property
    def size(self) -> int:
        return len(self.apps) + len(self.assets)


def best_change(
    surroundings: Surroundings, blast: Blast, company: Company | None, has_time: Callable[[], bool] = lambda: True
) -> Shrinking | None:
    """The one after which the least is within reach; None where no single one takes anything away. Without a company
    whose texts are kept, no policy is drafted and so none is proposed.
    """
    every = [*_of_network(blast), *_of_groups(surroundings, blast, has_time)]
    best = max(every, key=_worth, default=None)
    if company is not None:
        for one in _of_apps(surroundings, blast)[:MOST_PROVED]:
            if (best is not None and _worth(one) <= _worth(best)) or not has_time():
                break
            proved = _proved(surroundings, blast, company, one)
            if proved is not None and (best is None or _worth(proved) > _worth(best)):
                best = proved
    return best


def drafted(surroundings: Surroundings, company: Company, change: Shrinking) -> dict[str, str]:
    """The files that change. Raises LimenError, also for a group: who is in one is no text."""
    text = company.files.get(FILE, "")
    match change.by:
        case By.FLOW if change.to_zone:
            return {FILE: kept_out_of(text, surroundings.network, change.name, change.to_zone)}
        case By.FLOW:
            return {FILE: without_flow(text, change.name)}
        case By.ISOLATION:
            return {FILE: isolated(text, change.name)}
        case By.BINDING:
            return added(company, write(_bound(company, _app(company, change.name))))
        case By.GRANT:
            return _by_grant(surroundings, company, change.name)
    raise LimenError("who is in a group is changed on the person's page", "remove them from the group there")


def _worth(change: Shrinking) -> tuple[int, int]:
    return change.weight, change.size


# What could be changed


def _of_network(blast: Blast) -> Iterator[Shrinking]:
    change = blast.network.best_change if blast.network else None
    if change is not None:
        by, name = (By.ISOLATION, change.isolates) if change.isolates else (By.FLOW, change.rule_id)
        yield Shrinking(by, name, (), change.spares, change.weight, change.to_zone)


def _of_groups(surroundings: Surroundings, blast: Blast, has_time: Callable[[], bool]) -> Iterator[Shrinking]:
    for person in people_behind(blast.holder, surroundings.today):
        for group in sorted({group for one in blast.apps if one.person == person.id for group in one.groups}):
            if not has_time():
                return
            left = replace(person, groups=person.groups - {group})
            today = replace(surroundings.today, people={**surroundings.today.people, person.id: left})
            changed = surroundings.changed(today=today)
            yield from _spared(blast, _again(changed, blast), By.GROUP, group, person.id)


def _of_apps(surroundings: Surroundings, blast: Blast) -> list[Shrinking]:
    """Each as if the app were closed to them, which no requirement does better; what takes most away first."""
    by = By.GRANT if blast.taken is Taken.LAPTOP else By.BINDING
    if blast.taken is Taken.TOKEN:
        return []
    found = list[Shrinking]()
    for app_id in sorted(blast.app_ids - {LIMEN}):
        left = tuple(one for one in blast.apps if one.app.id != app_id)
        found += _spared(blast, _reached(surroundings, blast, left), by, app_id)
    return sorted(found, key=_worth, reverse=True)


def _proved(surroundings: Surroundings, blast: Blast, company: Company, change: Shrinking) -> Shrinking | None:
    """What the draft really spares; None where it can't be made, or spares nothing."""
    try:
        after = candidate(company, drafted(surroundings, company, change))
    except LimenError:
        return None
    changed = surroundings.changed(engine=after.engine())
    return next(_spared(blast, _again(changed, blast), change.by, change.name), None)


# What is left


@dataclass(frozen=True, slots=True)
class _Left:
    apps: Mapping[str, App]
    assets: frozenset[Asset]


def _again(after: Surroundings, blast: Blast) -> _Left:
    return _reached(after, blast, after.permitted([blast.holder], blast.taken)[blast.holder.id])


def _reached(surroundings: Surroundings, blast: Blast, permitted: tuple[Permitted, ...]) -> _Left:
    start, _ = surroundings.start(blast.holder, blast.taken, permitted)
    assets = surroundings.ground.reached(start) if surroundings.network.zones else []
    return _Left({one.app.id: one.app for one in permitted}, frozenset(assets))


def _spared(blast: Blast, left: _Left, by: By, name: str, person: str = "") -> Iterator[Shrinking]:
    apps = {one.app.id: one.app for one in blast.apps if one.app.id not in left.apps}
    reached = blast.network.reached if blast.network else ()
    assets = tuple(one.asset for one in reached if one.asset not in left.assets)
    if apps or assets:
        weight = sum(one.sensitivity for one in apps.values()) + sum(one.sensitivity for one in assets)
        yield Shrinking(by, name, tuple(sorted(apps)), assets, weight, person=person)


# Drafts of policies


def _app(company: Company, app_id: str) -> App:
    app = company.all_apps.get(app_id)
    if app is None:
        raise LimenError(f"there is no app {app_id} any more", "look at the page again")
    return app


def _bound(company: Company, app: App) -> Form:
    return Form(
        id=new_id(company, f"{app.id} bound"),
        effect="forbid",
        title=f"{app.name} only in a session bound to its device",
        reason="A copied cookie or a guessed password opens nothing on another device.",
        reason_de="Ein kopiertes Cookie oder ein erratenes Passwort öffnet auf einem anderen Gerät nichts.",
        phase=Phase.DEVICES,
        apps=frozenset({app.id}),
        needs=(Needs(asks={"device.binding": 1}),),
    )


def _by_grant(surroundings: Surroundings, company: Company, app_id: str) -> dict[str, str]:
    """Whoever has it today may ask for it from then on."""
    app, people = _app(company, app_id), surroundings.today.people
    found = standing_access(surroundings.engine, people.values(), [app], since=surroundings.now)
    rows = listed(found, people, [app])
    files, _ = by_grant(company, app_id, (*rows.rows, *rows.limen, *rows.break_glass), people)
    return files


def flow_of(network: Network, change: Shrinking) -> bool:
    """Whether a flow of network.yaml is what is changed: what is on trial is not."""
    return change.by is By.FLOW and any(one.id == change.name for one in network.flows)
