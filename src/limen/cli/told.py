"""`limen told`: what an app that signs people in through Limen is told of one of them, and how long it counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import has_database, opened
from limen.cli.options import Json, LastFolder, Strength, refuse_unknown
from limen.cli.question import somebody
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.protocols import PROTOCOLS
from limen.messages.times import length
from limen.policy.hypothetical import Hypothetical
from limen.sso.oidc import store
from limen.sso.told import WORDS, told


def run(
    app: Annotated[str, typer.Argument(metavar="APP", help="The app, by its ID in apps.yaml")],
    person: Annotated[str, typer.Argument(metavar="PERSON", help="The person, by name, email address or ID")],
    folder: LastFolder = Path(),
    *,
    strength: Strength = 3,
    as_json: Json = False,
) -> None:
    """Whether they get in at all is another question: `limen why --app APP --person PERSON`."""
    company = load_company(folder)
    asking = {one.id: one for one in company.apps if any(getattr(one, name) for name in PROTOCOLS)}
    refuse_unknown("app with `protocol: oidc`, `saml` or `entra`", [app], asking)
    who = somebody(folder, company, person, [], "`limen people` lists everyone")
    supposed = Hypothetical(strength=strength)
    auth = supposed.facts(who, asking[app], "view", supposed.now(company.settings.zone)).auth
    found = told(asking[app], who, auth, company.settings.sessions, _secret(folder, company))
    assert found is not None  # noqa: S101 -- only apps that ask Limen were to choose from
    if as_json:
        print(json.dumps(found.as_json()))
        return
    print(f"{asking[app].name} is told of {who.name}:")
    for part in found.parts:
        print(f"\n  {part.name}")
        _print_pairs(part.values)
    print("\nHow long it counts:")
    _print_pairs([(WORDS[one.what], length(one.length)) for one in found.lifetimes])
    if found.asks_first:
        print("\nThe person is asked for consent once, before the app learns anything.")
    if not found.hears_of_sign_outs:
        print(f"\n{asking[app].name} is not told of sign-outs, and keeps its own session until it ends that by itself.")
    print(f"\nWhether they get in: `limen why --app {app} --person {who.email or who.id}`.")


def _secret(folder: Path, company: Company) -> bytes | None:
    """What names that only one app knows are made with; None before Limen's first start made it."""
    if not has_database(folder, company.settings):
        return None
    with opened(folder, company.settings) as here:
        sealed = here.database.read(lambda snapshot: store.pairwise_secret(snapshot.connection))
        if sealed is None:
            return None
        return here.keyring().open_sealed("oidc_keys", store.PAIRWISE, "sealed", sealed)


def _print_pairs(pairs: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> None:
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        print(f"    {name:<{width}}  {value}")
