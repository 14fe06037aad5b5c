"""I5: people sign in to apps through Limen, or the provider that sign-in is federated to, and in no other way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from limen.facts import LIMEN, App, Label
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.imported import Imported
from limen.roadmap.identity.providers import federated_providers
from limen.roadmap.identity.rows import imported_of, of_app
from limen.roadmap.model import Control, Grade, Part, Phase, Row

MOST_APPS: Final = 0.9


def measure(evidence: Evidence) -> Iterator[Part]:
    apps = [one for one in evidence.apps.values() if one.id != LIMEN and one.group is None]
    used = {one.app for one in evidence.uses if one.is_permitted and one.actor}
    unpublished = "" if evidence.company is not None else "Publish the company's apps first: nothing is in force"
    imported = imported_of(evidence)
    rows = tuple(of_app(one, _why(one, is_used=one.id in used)) for one in apps)
    yield Part(
        "apps to which people sign in through Limen or the federated provider",
        (*rows, *_at_providers(imported, federated_providers(evidence.company))),
        at_least=MOST_APPS,
        grade=Grade.IMPORTED if imported else Grade.MEASURED,
        missing=unpublished or next((one.missing for one in imported if one.missing), ""),
    )
    sensitive = {one.id for one in apps if one.label >= Label.CONFIDENTIAL}
    if sensitive or unpublished:
        yield Part(
            "confidential and restricted apps among them",
            tuple(one for one in rows if one.id in sensitive),
            missing=unpublished,
        )


def _why(app: App, *, is_used: bool) -> str:
    if app.account is not None:
        return "people share one account there, with a password of its own"
    return "" if is_used else "nobody came in through Limen within 90 days, so people may sign in another way"


def _at_providers(imported: Iterable[Imported], federated: Collection[str]) -> Iterator[Row]:
    """Apps where people signed in elsewhere: fine where that is a provider that Limen is federated with."""
    for one in imported:
        why = "" if one.provider in federated else f"people sign in with {one.name}, which is not federated"
        for app in sorted(filter(None, one.apps)):
            yield Row(f"{one.provider} {app}", app, not why, why, "/console/issuers")


CONTROL: Final = Control(
    id="I5",
    phase=Phase.IDENTITY,
    title="One provider and single sign-on",
    demands="People sign in to every app through Limen or the provider it is federated with.",
    figure="known apps that people came in to through Limen or the federated provider in the last 90 days",
    closes="It is 90 % of all apps, and all confidential and restricted ones.",
    why="A password that an app keeps for itself outlives the person, and no policy stands before it.",
    how="Connect each app by OpenID Connect or SAML, or put it behind the gateway, and end its own passwords.",
    page="/console/apps",
    minutes=60,
    weight=4,
    measure=measure,
)
