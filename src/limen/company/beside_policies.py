"""What a revision opens beside its policies: routes, public routes, networks, upstreams, settings, files of parts.

    for one in openings(before, after, people, now):
        print(sentence(one, names))

Policies decide by an action and the name of a network; which request is which action, and which address is in which
network, the rest of the folder says. Each such change is looked at with the policies of both sides, and said with its
old and new value. What is not looked at says so (`is_looked_at`): never that nobody gains anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from limen.clock import Instant
from limen.company.changes import session_said
from limen.company.company import Company
from limen.company.network_changes import addresses_said, at_network, moved, reads_networks
from limen.company.protocols import registration_changes
from limen.company.provision_section import provision_changes
from limen.company.route_changes import PUBLIC, REFUSED, RouteChange, changes_of, methods_said
from limen.facts import App, Factor, Label, Person
from limen.messages import lists
from limen.pillars import files
from limen.policy import State
from limen.policy.access_diff.describe import Names, sentences, whens_of, who_of
from limen.policy.access_diff.diff import Difference, Move, Reach, newly_reachable, reach_of_moves
from limen.policy.documents import names_documents
from limen.policy.scenarios.boundaries import atoms_of, boundaries_of

_MOST_PATTERNS: Final = 6
MOST_MOVED: Final = 24
"""Of so many pairs of networks between which addresses move it is said who gains; each asks all policies twice."""
_LOCAL: Final = {"localhost": "127.0.0.1", "[::1]": "127.0.0.1", "::1": "127.0.0.1"}


@dataclass(frozen=True, slots=True)
class Opening:
    """One change beside the policies. `kind`: route · public · network · upstream · account · client · setting · file ·
    policy.

    `name` is the app, network, setting or file. `said` tells the change with old and new values. `reach` is who gains
    and loses by it (None: that is said in `said`, or was not looked at). `is_open` opens something to whoever comes.
    """

    kind: str
    name: str
    said: str
    reach: Reach | None = None
    is_open: bool = False
    is_looked_at: bool = True
    is_of_requests: bool = False
    """The reach is about the requests that `said` names, not about an app."""
    people: tuple[str, ...] = ()
    how: str = ""
    """Of a file: the ids of whom it concerns, and what is about them."""


def openings(before: Company, after: Company, people: Iterable[Person], now: Instant) -> tuple[Opening, ...]:
    """Every one, those that open something to everybody first. Pure."""
    everybody = list(people)
    found = (
        *_routes(before, after, everybody, now),
        *_networks(before, after, everybody, now),
        *_upstreams(before, after),
        *_accounts(before, after),
        *_app_settings(before, after),
        *(
            Opening("client", app, said, is_looked_at=False)
            for app, said in (
                *registration_changes(before.apps, after.apps),
                *provision_changes(before.apps, after.apps),
            )
        ),
        *_settings(before, after),
        *_document_rules(before, after),
    )
    return tuple(sorted(found, key=lambda one: (not one.is_open, one.is_looked_at)))


def touched(before: Company, after: Company, people: Iterable[tuple[Person, frozenset[Factor]]]) -> tuple[Opening, ...]:
    """Whom the changes of the files of parts concern, of everybody with the factors they have. Pure."""
    everybody = list(people)
    return tuple(
        Opening("file", file.name, one.said, people=one.people, how=one.how)
        for file in files()
        if file.touches is not None
        for one in file.touches(before.parts.get(file.name), after.parts.get(file.name), everybody)
    )


def sentence(one: Opening, names: Names) -> str:
    """`POST /pay of Wiki is now view (was edit): Staff (12 people) can do it`."""
    if one.people:
        return f"{one.said}; {one.how}: {who_of(one.people, names)[0]}"
    if one.reach is None:
        return one.said
    told = _of_requests(one.reach, names) if one.is_of_requests else "; ".join(sentences(one.reach, names))
    return f"{one.said}: {told or 'nobody gains or loses access'}"


def _of_requests(reach: Reach, names: Names) -> str:
    alike: dict[object, list[Difference]] = {}
    for one in reach.differences:
        alike.setdefault((one.gains, one.people), []).append(one)
    parts = []
    for some in sorted(alike.values(), key=lambda ones: not ones[0].gains):
        who, _ = who_of(some[0].people, names)
        whens = ", or ".join(when for when in whens_of(some, names.zone) if when)
        parts.append(f"{who} {'can do it' if some[0].gains else 'can no longer do it'} {whens}".rstrip())
    if not reach.is_exhaustive:
        parts.append("not every situation was checked")
    return "; ".join(parts)


# Rules about documents


def _document_rules(before: Company, after: Company) -> Iterator[Opening]:
    """Gains and losses are worked out for apps; a rule that names documents may open more than that shows."""
    was, will = (
        {one.id: one for one in company.engine().in_state(State.ENFORCE) if names_documents(one)}
        for company in (before, after)
    )
    for policy in sorted(was.keys() | will.keys()):
        if was.get(policy) != will.get(policy):
            said = f"The policy {policy} is about documents: who gains or loses access to them was not checked"
            yield Opening("policy", policy, said, is_looked_at=False)


# Which request is which action


def _routes(before: Company, after: Company, people: list[Person], now: Instant) -> Iterator[Opening]:
    was, will = ({app.id: app for app in company.apps} for company in (before, after))
    moves: list[tuple[App, RouteChange]] = []
    for app_id, app in will.items():
        old = was.get(app_id)
        if old is None:
            yield from _public_of_a_new_app(app)
            continue
        if (old.rules, old.public) == (app.rules, app.public):
            continue
        found = changes_of(old, app)
        for change in found.changes:
            if change.now == PUBLIC:
                said = f"{_requests(app, change)} is now public (was {change.was}): no sign-in is needed"
                yield Opening("public", app_id, said, is_open=True)
            elif PUBLIC in {change.was, change.now} or REFUSED in {change.was, change.now}:
                yield Opening("route", app_id, f"{_requests(app, change)} is now {change.now} (was {change.was})")
            else:
                moves.append((app, change))
        if not found.is_whole:
            yield Opening("route", app_id, f"{app.name} has too many rules: not fully checked", is_looked_at=False)
        if set(old.rules) != set(app.rules) and (_reads_routes(before) or _reads_routes(after)):
            said = f"The rules of {app.name} change, and policies read context.request.route: not checked"
            yield Opening("route", app_id, said, is_looked_at=False)
    reaches = reach_of_moves(
        before.engine(),
        after.engine(),
        people,
        after.apps,
        [Move(app.id, one.was, one.now) for app, one in moves],
        since=now,
        apps_before=before.apps,
    )
    for app, one in moves:
        said = f"{_requests(app, one)} is now {one.now} (was {one.was})"
        yield Opening("route", app.id, said, reaches[Move(app.id, one.was, one.now)], is_of_requests=True)


def _public_of_a_new_app(app: App) -> Iterator[Opening]:
    for one in app.public:
        said = f"{methods_said(one.methods)} {one.pattern} of {app.name}, which is new, is public"
        yield Opening("public", app.id, f"{said}: no sign-in is needed", is_open=True)


def _requests(app: App, change: RouteChange) -> str:
    patterns = lists.joined(change.patterns, most=_MOST_PATTERNS)
    return f"{methods_said(change.methods)} {patterns} of {app.name}"


def _reads_routes(company: Company) -> bool:
    """Does a policy read which rule a request fits? Then more than its action changes with the rules."""
    read = boundaries_of(atoms_of(company.engine().in_state(State.ENFORCE))).read
    return not read.isdisjoint({"request.route", "context"})


# Which address is in which network


def _networks(before: Company, after: Company, people: list[Person], now: Instant) -> Iterator[Opening]:
    found = moved(before.networks, after.networks)
    is_read = bool(found) and reads_networks(after)
    for place, one in enumerate(found):
        told, verb = addresses_said(one.addresses), "is" if len(one.addresses) == 1 else "are"
        said = f"{told} {verb} now {_where(one.now)} (was {_where(one.was)})"
        if not is_read:
            yield Opening("network", one.now or one.was, f"{said}: no policy uses networks")
            continue
        if place >= MOST_MOVED:
            yield Opening("network", one.now or one.was, f"{said}: not checked", is_looked_at=False)
            continue
        reach = newly_reachable(
            at_network(after, one.was), at_network(after, one.now), people, after.all_apps.values(), since=now
        )
        yield Opening("network", one.now or one.was, said, reach)


def _where(network: str) -> str:
    return f"in the network {network}" if network else "in no network"


# Where an app really runs


def _upstreams(before: Company, after: Company) -> Iterator[Opening]:
    was = {app.id: app for app in before.apps}
    for app in after.apps:
        old = was.get(app.id)
        if not app.upstream.url or (old is not None and _place(old) == _place(app)):
            continue
        shared = [one for one in _sharing(app, before, after) if old is None or _place(old) != _place(one)]
        if shared:
            others = lists.joined([f"{one.name}, which is {_strictest(was.get(one.id), one).word}" for one in shared])
            said = f"{app.name} ({app.label.word}) now leads to the same upstream as {others}: {app.upstream.url}"
            said += f" (was {old.upstream.url})" if old else ""
            mine = f"anyone with access to {app.name} can reach what runs there, by the rules of {app.name}"
            yield Opening(
                "upstream",
                app.id,
                f"{said}; {mine}",
                is_open=any(_strictest(was.get(one.id), one) > app.label for one in shared),
            )
        elif old is not None:
            said = f"{app.name} now leads to {app.upstream.url} (was {old.upstream.url})"
            yield Opening("upstream", app.id, f"{said}: what answers there was not checked", is_looked_at=False)


def _accounts(before: Company, after: Company) -> Iterator[Opening]:
    """Everybody with access to an app is signed in there with its account."""
    was = {app.id: app for app in before.apps}
    for app in after.apps:
        old = was[app.id].account if app.id in was else None
        if app.account is None or app.account == old:
            continue
        opened = sorted(set(old.never) - set(app.account.never)) if old is not None else []
        said = f"{app.name} signs everyone with access in as {app.account.user}"
        if opened:
            said = f"The account {app.account.user} at {app.name} is no longer closed at {lists.joined(opened)}"
        yield Opening("account", app.id, said, is_open=bool(opened), is_looked_at=bool(opened))


def _sharing(app: App, before: Company, after: Company) -> list[App]:
    """The other apps that run, or ran, where this one runs now."""
    others = {one.id: one for one in before.apps if one.id != app.id and _place(one) == _place(app)}
    others |= {one.id: one for one in after.apps if one.id != app.id and _place(one) == _place(app)}
    return list(others.values())


def _strictest(old: App | None, new: App) -> Label:
    """The stricter of both labels: who relabels in the same breath hides nothing."""
    return Label(max(old.label if old else new.label, new.label))


def _place(app: App) -> tuple[str, int]:
    """Host and port, as a connection is made to them."""
    parts = urlsplit(app.upstream.url)
    host = (parts.hostname or "").rstrip(".").casefold()
    return _LOCAL.get(host, host), parts.port or (443 if parts.scheme == "https" else 80)


def _app_settings(before: Company, after: Company) -> Iterator[Opening]:
    was = {app.id: app for app in before.apps}
    for app in after.apps:
        old = was.get(app.id)
        origins = app.cors.origins - (old.cors.origins if old else frozenset())
        if origins:
            said = f"Pages of {lists.joined(sorted(origins))} may now send requests to {app.name}"
            yield Opening("route", app.id, f"{said}: what they get was not checked", is_looked_at=False)
        if old is None:
            continue
        if app.opts_in_encoded_paths and not old.opts_in_encoded_paths:
            said = f"{app.name} now accepts paths with encoded characters (were refused): which ones was not checked"
            yield Opening("route", app.id, said, is_looked_at=False)
        names = ("ca_file", "server_name")
        for name in names:
            now, then = getattr(app.upstream, name), getattr(old.upstream, name)
            if now != then:
                said = f"The upstream that {app.name} trusts: {name} is now “{now}” (was “{then}”), not checked"
                yield Opening("upstream", app.id, said, is_looked_at=False)
        if app.host != old.host:
            yield Opening("route", app.id, f"{app.name} is now at {app.host} (was {old.host})")


# Settings and the files of parts


def _settings(before: Company, after: Company) -> Iterator[Opening]:
    for name in ("domain", "url", "sessions"):
        was, now = getattr(before.settings, name), getattr(after.settings, name)
        if was != now:
            told = session_said(was, now) if name == "sessions" else f"{now} (was {was})"
            said = f"{name} in limen.toml: {told}; who gains access by that was not checked"
            yield Opening("setting", name, said, is_looked_at=False)
    for file in files():
        if file.touches is None and before.parts.get(file.name) != after.parts.get(file.name):
            said = f"{file.name} changes: who gains access by that was not checked"
            yield Opening("file", file.name, said, is_looked_at=False)
