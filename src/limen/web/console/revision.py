"""One revision: what it changed, who published it and why, what was proved and predicted when they did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from limen.company import store
from limen.company.authors import author_name, names_of, proof_sentence, published_where
from limen.company.changes import Change, changes
from limen.company.company import Company
from limen.company.plan import kept_sentences
from limen.company.store import Revision
from limen.storage import Snapshot
from limen.web.console.change_preview import Replayed, replayed_then
from limen.web.page import Route
from limen.web.permissions import READ
from limen.web.requests import whole
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (Route("GET", "/console/revisions/{number}", READ),)

LARGEST: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Told:
    """A revision as its page shows it. `changes` is None where one of the two can't be read by this Limen."""

    revision: Revision
    author: str
    before: Revision | None
    is_in_force: bool
    changes: tuple[Change, ...] | None
    proof: str
    replayed: list[Replayed]
    reach: tuple[str, ...]


def routes(site: Site) -> APIRouter:
    """`/console/revisions/NUMBER`: a publication, not a content, for the same content may be published twice."""
    router = APIRouter()

    @router.get("/console/revisions/{number}")
    async def one_revision(number: str, visit: Authorized) -> Response:
        seq = whole(number, 18)
        told = await site.ports.database.reading(lambda snapshot: told_of(snapshot, seq))
        if told is None:
            raise HTTPException(404)
        effect = told.revision.beside.effect
        return site.page(
            "console/revision.html", visit, current="/console/policies", told=told, effect=effect, door=published_where
        )

    return router


def told_of(snapshot: Snapshot, seq: int) -> Told | None:
    """Everything the page shows; None where there is no such publication."""
    if not 0 < seq < LARGEST:
        return None
    revision, before = store.at(snapshot, seq)
    if revision is None:
        return None
    newest = store.newest(snapshot)
    names = names_of(snapshot)
    new = _read(snapshot, revision)
    old = _read(snapshot, before) if before is not None else None
    is_readable = new is not None and (before is None or old is not None)
    apps = {**(old.all_apps if old else {}), **(new.all_apps if new else {})}
    return Told(
        revision=revision,
        author=author_name(snapshot, revision.author),
        before=before,
        is_in_force=newest is not None and newest.seq == seq,
        changes=changes(old, new) if is_readable and new is not None else None,
        proof=proof_sentence(revision.beside.proof, names),
        replayed=replayed_then(
            revision.beside.effect.get("turned", ()), names, {name: app.name for name, app in apps.items()}
        ),
        reach=kept_sentences(revision.beside.effect, names),
    )


def _read(snapshot: Snapshot, revision: Revision) -> Company | None:
    try:
        return store.company_of(snapshot, revision.id)
    except ValueError:
        return None
