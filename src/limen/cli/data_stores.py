"""`limen data inventory|connect|controls`: what lies in the company's stores, and what they lack."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import typer

from limen.cli.open_company import Opened, opened
from limen.cli.options import MisusedError, company_folder
from limen.cli.output import counted, print_rows, progress
from limen.cli.typed_secret import secret_in, typed_secret
from limen.clock import SystemClock
from limen.company.gate import people_of
from limen.company.publish import SERVER
from limen.company.store_overview import StoreOverview, kept_of, overviews_of, reaches_of
from limen.configuration.problem import did_you_mean, shown
from limen.data.data_file import FILE
from limen.data.inventory.by_command import inventory_by_command
from limen.data.inventory.controls import Lack, minimums
from limen.data.inventory.model import Store
from limen.data.inventory.service import keep_secret
from limen.data.inventory.taking import Inventory, Progress
from limen.data.rules.stated import NO_RULES, DataRules
from limen.data.settings import DataSettings
from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.messages.sizes import size

_NO_STORES: Final = f"No store is stated. Name one below `stores` in {FILE}, and publish it with `limen apply`."
HOW: Final = {
    "inventory": "`limen data inventory`, or `limen data inventory STORE`",
    "connect": "`limen data connect STORE`",
    "controls": "`limen data controls`",
}


def run(task: str, words: list[str], file: Path | None, company: Path | None, *, as_json: bool) -> None:
    """`words` are what follows the task."""
    if len(words) > (task != "controls") or (task == "connect" and not words):
        raise MisusedError(f"It is {HOW[task]}")
    with opened(company_folder(company)) as here:
        rules: DataRules = here.in_force().parts.get(FILE) or NO_RULES
        if task == "inventory":
            _take(here, rules, _chosen(rules, words), as_json=as_json)
        elif task == "connect":
            _connect(here, _chosen(rules, words)[0], file)
        else:
            _controls(here, rules, as_json=as_json)


def _chosen(rules: DataRules, words: list[str]) -> list[Store]:
    """The store of this name, or all. Raises LimenError where there is none."""
    known = {one.name: one for one in rules.stores}
    for name in words:
        if name not in known:
            fix = did_you_mean(name, known, f"state it below `stores` in {FILE} and publish it with `limen apply`")
            raise LimenError(f"there is no store {shown(name)} in force", fix)
    return [known[name] for name in words] or list(known.values())


# Inventory


def _take(here: Opened, rules: DataRules, stores: list[Store], *, as_json: bool) -> None:
    """Go through these stores to the end; the exit status is 1 where one of them could not be."""
    people = here.database.read(people_of)
    owners = {one.person.email.casefold(): one.person.id for one in people if one.person.email}
    domains = here.settings.section(DataSettings).own_domains(here.settings.domain)
    clock = SystemClock()
    taking = inventory_by_command(here.database, here.keyring(), clock, rules, Resolver, domains=domains, owners=owners)
    with taking as inventory:
        busy = [one.name for one in stores if not _gone_through(inventory, one)]
    every = [one for one in _overviews(here, rules) if one.store in stores]
    print_rows(every, _said, _plain, _NO_STORES, as_json=as_json)
    for name in busy:
        if not as_json:
            print(f"{name}: the server goes through it at this moment; this was how far it is, call it again later")
    if any(one.state is None or one.state.asked.error for one in every):
        raise typer.Exit(1)


def _gone_through(inventory: Inventory, store: Store) -> bool:
    """False where somebody else does so at this moment."""
    with progress(f"Going through {store.name}") as told:

        def tell(far: Progress) -> None:
            if told is not None:
                told(far.seen, far.whole or far.seen + 1)

        return asyncio.run(inventory.take(store, tell, to_the_end=True))


def _overviews(here: Opened, rules: DataRules) -> list[StoreOverview]:
    now, company = SystemClock().now(), here.in_force()
    stores, needed = {one.name: one for one in rules.stores}, minimums(rules)
    kept = here.database.read(lambda snapshot: kept_of(snapshot, stores, needed, now))
    people = [one.person for one in here.database.read(people_of)]
    reaches = reaches_of(company.engine(), company.all_apps, people, stores, kept, needed, now)
    return overviews_of(stores, kept, reaches)


def _said(one: StoreOverview) -> str:
    if one.state is not None and one.state.asked.error:
        return f"{one.store.name}: {one.state.asked.error}"
    found, far = one.summary, _far(one)
    if found is None:
        return f"{one.store.name}: {far or 'nothing in it'}"
    parts = [f"{counted(found.items, 'document')}, {size(found.size)}"]
    parts += [f"most sensitive {found.highest.word}"] if found.highest is not None else []
    numbers = (
        (found.anyone, "open to anyone"),
        (found.outside, "shared outside"),
        (found.above, "above its label"),
        (found.stale, "stale"),
        (found.unread, "not read"),
        (len(one.reach.beyond), "people more than need it"),
    )
    parts += [f"{number} {what}" for number, what in numbers if number]
    return f"{one.store.name}: {'; '.join([*parts, *([far] if far else [])])}"


def _far(one: StoreOverview) -> str:
    """How far the walk is that is under way; "" where none is."""
    if one.state is None or not one.state.is_walking:
        return ""
    of = f" of about {one.state.whole:,}" if one.state.whole else ""
    return f"gone through {one.state.seen:,}{of} so far"


def _plain(one: StoreOverview) -> dict[str, Any]:
    found = one.summary
    numbers = ("items", "size", "anyone", "outside", "above", "stale", "unread")
    return {
        "store": one.store.name,
        "kind": str(one.store.kind),
        "label": one.store.label.word,
        "highest": found.highest.word if found and found.highest is not None else "",
        **{name: getattr(found, name) if found else 0 for name in numbers},
        "reached_by_people": len(one.reach.people) if one.reach.is_known else None,
        "beyond_need": len(one.reach.beyond),
        "weakest_strength": one.reach.weakest,
        "error": one.state.asked.error if one.state else "",
        "whole_at": one.state.whole_at if one.state else 0,
        "is_walking": bool(one.state and one.state.is_walking),
        "seen": one.state.seen if one.state else 0,
        "about": one.state.whole if one.state else 0,
    }


# Getting in


def _connect(here: Opened, store: Store, file: Path | None) -> None:
    if store.kind.is_local:
        raise LimenError(f"{store.name} needs no secret", "Limen reads it as files of this machine")
    secret = secret_in(file) if file is not None else typed_secret("Secret")
    keyring, now = here.keyring(), SystemClock().now()
    here.database.write(lambda t: keep_secret(t, keyring, store, secret, now, by=SERVER))
    print(f"Stored. `limen data inventory {store.name}` goes through it now.")


# Controls


def _controls(here: Opened, rules: DataRules, *, as_json: bool) -> None:
    now, needed = SystemClock().now(), minimums(rules)
    every: Iterable[Lack] = (lack for one in _overviews(here, rules) for lack in one.lacks(needed, now))
    nothing = _NO_STORES if not rules.stores else "Every store has all that its label needs."
    print_rows(every, _lack_said, _lack_plain, nothing, as_json=as_json)


def _lack_said(one: Lack) -> str:
    proven = "" if one.is_proven else " (not shown to be there)"
    return f"{one.store} ({one.label.word}): {one.control}{proven}: {one.what}\n  {one.mend}"


def _lack_plain(one: Lack) -> dict[str, Any]:
    return {
        "store": one.store,
        "label": one.label.word,
        "control": str(one.control),
        "is_proven": one.is_proven,
        "what": one.what,
        "mend": one.mend,
        "app": one.app,
        "people": sorted(one.people),
        "number": one.number,
    }
