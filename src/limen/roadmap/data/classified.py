"""P1: every app and every store has a label and an owner, and documents were looked into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.facts import LIMEN
from limen.roadmap.data.evidence import StoreEvidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Part, Phase, Row

LOOKED_INTO: Final = 0.9
NOTHING_STATED: Final = "Publish a company folder: its apps and stores are what is labelled."
NO_STORES: Final = "Name below `stores:` in data.yaml where documents lie, and run `limen data inventory`."
_PAGE: Final = "/console/data"


def measure(evidence: Evidence) -> Iterator[Part]:
    stores = evidence.data.stores
    nothing = "" if stores is not None else NOTHING_STATED
    yield Part(
        "apps and stores with a label and an owner",
        () if stores is None else tuple(_places(evidence, stores)),
        missing=nothing,
    )
    yield Part(
        "documents that were looked into",
        () if stores is None else tuple(_documents(stores)),
        LOOKED_INTO,
        missing=nothing or _not_gone_through(stores),
    )


def _places(evidence: Evidence, stores: StoreEvidence) -> Iterator[Row]:
    """Whatever is published has a label: what can be missing is who answers for it."""
    for app in evidence.apps.values():
        if app.id != LIMEN:
            why = "" if app.owner else "nobody owns it"
            yield Row(f"app:{app.id}", app.name, not why, why, f"/console/apps/{app.id}")
    for one in stores.stores:
        name = one.store.name
        lies_above = one.summary is not None and one.summary.above > 0
        why = (
            "nobody owns it"
            if not one.store.owner
            else f"{one.summary.above} documents in it are labelled higher"
            if lies_above and one.summary is not None
            else ""
        )
        yield Row(f"store:{name}", name, not why, why, f"{_PAGE}/{name}")


def _documents(stores: StoreEvidence) -> Iterator[Row]:
    """Of each store; a document that could not be read counts as not looked into."""
    for one in stores.stores:
        if one.summary is None:
            continue
        name, unread = one.store.name, one.summary.unread
        if one.summary.items > unread:
            yield Row(f"read:{name}", name, is_met=True, page=f"{_PAGE}/{name}", count=one.summary.items - unread)
        if unread:
            why = "documents in it could not be read"
            yield Row(f"unread:{name}", name, is_met=False, why=why, page=f"{_PAGE}/{name}", count=unread)


def _not_gone_through(stores: StoreEvidence | None) -> str:
    """What was never gone through as a whole has documents that nobody counted."""
    if stores is None or not stores.stores:
        return NO_STORES
    never = sorted(one.store.name for one in stores.stores if one.state is None or not one.state.whole_at)
    return f"Run `limen data inventory {never[0]}`: it was never gone through as a whole." if never else ""


CONTROL: Final = Control(
    id="P1",
    phase=Phase.DATA,
    title="Data is classified",
    demands="Every app and every store of documents has a label and an owner, and what lies there was looked into.",
    figure="apps and stores that have a label and an owner; documents that were looked into",
    closes="It is every app and store, and 90 % of the documents.",
    why="What nobody knows of nobody protects, and a leak of it is found by whoever has it.",
    how="Name each store with its owner in data.yaml, and have Limen go through it.",
    page=_PAGE,
    minutes=120,
    weight=3,
    measure=measure,
)
