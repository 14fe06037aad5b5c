"""P3: what is restricted is encrypted where it lies, and whatever is confidential on its way, on both legs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from limen.company.store_overview import StoreOverview
from limen.enforcement.addresses import is_plain_http
from limen.facts import LIMEN, App, Label
from limen.roadmap.data.classified import NO_STORES, NOTHING_STATED
from limen.roadmap.data.evidence import StoreEvidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row

NO_RESTRICTED_STORE: Final = (
    "No store in data.yaml is restricted: name the one where wages, keys or health data lie, with its label."
)
KEYS_UNTRIED: Final = "No source tells yet whether a recovery key was tried: this can not be measured so far."
_PAGE: Final = "/console/data"


def measure(evidence: Evidence) -> Iterator[Part]:
    stores = evidence.data.stores
    nothing = NOTHING_STATED if stores is None else NO_STORES if not stores.stores else ""
    restricted = () if stores is None else tuple(one for one in stores.stores if one.label is Label.RESTRICTED)
    silent = nothing or ("" if restricted else NO_RESTRICTED_STORE)
    rows = tuple(_row(one) for one in restricted)
    grade = min((_grade(one) for one in restricted), default=Grade.UNKNOWN)
    yield Part("restricted stores that are encrypted", rows, grade=grade, missing=silent)
    yield Part(
        "restricted stores whose recovery key was tried", (), grade=Grade.UNKNOWN, missing=silent or KEYS_UNTRIED
    )
    apps = () if stores is None else tuple(_on_both_legs(evidence, stores))
    yield Part(
        "confidential and restricted apps with https on both legs",
        apps,
        grade=Grade.MEASURED,
        missing=NOTHING_STATED if stores is None else "" if apps else "No app is labelled confidential or restricted.",
    )


def _row(one: StoreOverview) -> Row:
    is_encrypted = _proof(one)
    stated = one.store.is_encrypted if is_encrypted is None else is_encrypted
    why = "" if stated else "it is not encrypted" if stated is False else "nothing shows that it is encrypted"
    return Row(f"store:{one.store.name}", one.store.name, not why, why, f"{_PAGE}/{one.store.name}")


def _grade(one: StoreOverview) -> Grade:
    """What a store proves is seen; what is written in data.yaml somebody said."""
    return Grade.MEASURED if _proof(one) is not None else Grade.ATTESTED


def _proof(one: StoreOverview) -> bool | None:
    return None if one.state is None else one.state.evidence.is_encrypted


def _on_both_legs(evidence: Evidence, stores: StoreEvidence) -> Iterator[Row]:
    """By what requests to it go over. A socket or an address of this machine needs no encryption."""
    public = "" if evidence.company is None else evidence.company.settings.public_url
    for app_id in sorted(stores.app_lacks):
        app = evidence.apps.get(app_id)
        if app is None or app.id == LIMEN or not app.upstream.url:
            continue
        why = _leg(app, public)
        yield Row(f"app:{app.id}", app.name, not why, why, f"/console/apps/{app.id}")


def _leg(app: App, public: str) -> str:
    if urlsplit(public).scheme != "https":
        return "browsers reach it without https"
    return "Limen reaches it without https" if is_plain_http(app.upstream.url) else ""


CONTROL: Final = Control(
    id="P3",
    phase=Phase.DATA,
    title="Encrypted at rest and on the way",
    demands="What is restricted lies encrypted, its recovery key was tried, and apps are reached by https all the way.",
    figure="restricted stores that are encrypted; those whose recovery key was tried; confidential and restricted apps"
    " with https on both legs",
    closes="It is all of them.",
    why="A disk that is stolen or a cable that is tapped gives away whatever is not encrypted.",
    how="Encrypt the volumes under restricted stores, and give each app that is not on this machine https.",
    page=_PAGE,
    minutes=240,
    weight=3,
    measure=measure,
)
