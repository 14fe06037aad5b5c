"""Moving in from another system: its export is read and shown as what it would become, and proposed as a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.importing.chosen import only
from limen.importing.importing import Imported, change_of
from limen.importing.model import App, Mode, System, Wishes
from limen.importing.readers import READERS
from limen.importing.report import Effect, Verdict
from limen.importing.report_text import WORDS
from limen.importing.uploaded import MOST_UNPACKED, MOST_UPLOADED
from limen.web.attachments import attachment
from limen.web.console.changes import Changes, problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.imports import Begun, Imports, Said, again
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE
from limen.web.requests import one, query
from limen.web.site import Site, status_of
from limen.web.uploads import read_upload
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/import"
PAGES: Final = (
    Page(AT, "Import from another system", CHANGE, hint="move in, Entra ID, Keycloak, Authelia, migrate"),
    Route("POST", AT, CHANGE, max_body_bytes=MOST_UPLOADED + 64 * 1024),
    Route("GET", AT + "/{import_id}", CHANGE),
    Route("POST", AT + "/{import_id}/propose", CHANGE, does="Show what would change"),
    Route("POST", AT + "/{import_id}/drop", CHANGE, does="Discard the import"),
    Route("POST", AT + "/{import_id}/people", CHANGE),
)
SHOWN: Final = 200
LONGEST_ADDRESS: Final = 300
HOW: Final[Mapping[str, tuple[str, ...]]] = {
    "entra": (
        "Export the tenant with the read-only commands of the how-to “Move from Entra ID”. They write JSON files.",
        "Pack these files into one ZIP file.",
    ),
    "keycloak": (
        "On Keycloak's machine, run `kc.sh export --realm NAME --dir export --users realm_file`.",
        "Upload the realm's JSON file, or several in one ZIP file.",
    ),
    "authelia": ("Pack `configuration.yml` and the file of users into one ZIP file.",),
}
"""How the export is made, step by step."""
SHOWS: Final = {
    "": "All",
    "wider": "May open more",
    "stricter": "May open less",
    **{verdict.value: word.capitalize() for verdict, word in WORDS.items()},
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody takes of it, by the keys; `upstreams` are where apps run, by their hosts."""

    apps: tuple[str, ...]
    requirements: tuple[str, ...]
    upstreams: Mapping[str, str]
    replaces: bool
    accepts: bool

    def left(self, system: System) -> tuple[str, ...]:
        """The titles of requirements that were in force and are left away, though an app stays that they are about."""
        return tuple(
            required.title
            for required in system.requirements
            if required.mode is Mode.ENFORCE
            and required.key not in self.requirements
            and set(required.apps) & set(self.apps)
        )


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)
    imports = Imports(site.ports.database.kept_briefly, site.ports.clock.now)

    @router.get(AT)
    async def ask(request: Request, visit: Authorized) -> Response:
        await fresh_proof(site, visit, AT)
        return _begin_page(site, visit, chosen=query(request, "system"))

    @router.post(AT)
    async def bring(request: Request, visit: Authorized) -> Response:
        await fresh_proof(site, visit, AT)
        sent = await read_upload(request, site.origin, visit.secret, MOST_UPLOADED)
        system = sent.fields.get("system", "")
        try:
            realm = sent.fields.get("realm", "").strip()[:80]
            key = await imports.begin(visit.person.id, system, realm, sent.name, sent.content)
        except LimenError as wrong:
            return _begin_page(site, visit, wrong, system)
        return site.go(visit, f"{AT}/{key}")

    @router.get(AT + "/{import_id}")
    async def look(request: Request, import_id: str, visit: Authorized) -> Response:
        begun = await _of(imports, import_id, visit)
        if begun.what:
            return _begin_page(site, visit, LimenError(begun.what, begun.fix), begun.system)
        if not begun.is_read:
            title = READERS[begun.system].title
            waiting = site.page(
                "console/import_waits.html",
                visit,
                current="/console/apps",
                here=f"{AT}/{import_id}",
                begun=begun,
                title=title,
            )
            waiting.headers["refresh"] = "1"
            return waiting
        return await _report_page(changes, visit, import_id, begun, show=query(request, "show"))

    @router.post(AT + "/{import_id}/propose")
    async def propose(import_id: str, visit: Authorized, sent: Sent) -> Response:
        begun = await _read(imports, import_id, visit)
        chosen = _chosen(sent)
        here = f"{AT}/{import_id}"
        try:
            company = await changes.unchanged_since(sent)
            whole = await site.in_thread(lambda: again(begun, chosen.upstreams))
            _refuse_unsaid(chosen, whole.system)
            imported = _part(whole, chosen)
            made = await site.in_thread(lambda: change_of(imported, company, Wishes(), replaces=chosen.replaces))
            title = READERS[begun.system].title
            reason = f"Move in from {title}"
            return await changes.begin(visit, f"Import from {title}", made.changed, here, company, here, reason)
        except LimenError as wrong:
            return await _report_page(changes, visit, import_id, begun, wrong, chosen=chosen)

    @router.post(AT + "/{import_id}/people")
    async def people(import_id: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, f"{AT}/{import_id}")
        begun = await _read(imports, import_id, visit)
        chosen = _chosen(sent)
        imported = _part(await site.in_thread(lambda: again(begun, chosen.upstreams)), chosen)
        made = await site.in_thread(lambda: change_of(imported, changes.company, Wishes(), replaces=chosen.replaces))
        return attachment(made.people.encode(), f"people-from-{begun.system}.csv")

    @router.post(AT + "/{import_id}/drop")
    async def drop(import_id: str, visit: Authorized, _sent: Sent) -> Response:
        await _of(imports, import_id, visit)
        await imports.drop(import_id)
        return site.go(visit, AT, done="dropped")

    return router


async def _of(imports: Imports, import_id: str, visit: SignedInVisit) -> Begun:
    begun = await imports.of(import_id, visit.person.id)
    if begun is None:
        raise HTTPException(404)
    return begun


async def _read(imports: Imports, import_id: str, visit: SignedInVisit) -> Begun:
    begun = await _of(imports, import_id, visit)
    if not begun.is_read:
        raise HTTPException(404)
    return begun


def _refuse_unsaid(chosen: Chosen, system: System) -> None:
    """Whoever leaves away what was required has to say that they know."""
    if chosen.left(system) and not chosen.accepts:
        raise LimenError("More would be open than before", "tick the policies, or that you go on without them")


def _begin_page(site: Site, visit: SignedInVisit, problem: LimenError | None = None, chosen: str = "") -> Response:
    values = {"readers": list(READERS.values()), "how": HOW, "chosen": chosen, "problem": problem}
    sizes = {"most": MOST_UPLOADED // 1_000_000, "most_unpacked": MOST_UNPACKED // 1_000_000}
    return site.page("console/import.html", visit, status_of(problem) if problem else 200, **values, **sizes)


async def _report_page(
    changes: Changes,
    visit: SignedInVisit,
    import_id: str,
    begun: Begun,
    problem: LimenError | None = None,
    show: str = "",
    chosen: Chosen | None = None,
) -> Response:
    site = changes.site
    imported = await site.in_thread(lambda: again(begun))
    system = imported.system
    shown = [row for row in begun.report if _is_shown(row, show)]
    return site.page(
        "console/import_report.html",
        visit,
        status_of(problem) if problem else 200,
        current="/console/apps",
        here=f"{AT}/{import_id}",
        title=imported.reader.title,
        begun=begun,
        problem=problem_of(problem) if problem else None,
        shows={
            name: word for name, word in SHOWS.items() if not name or any(_is_shown(row, name) for row in begun.report)
        },
        show=show,
        words=WORDS,
        counts={word: begun.count(verdict) for verdict, word in WORDS.items()},
        rows=shown[:SHOWN],
        more=max(0, len(shown) - SHOWN),
        wider=begun.wider,
        system=system,
        active=sum(person.is_active for person in system.people),
        nowhere=[app for app in system.apps if _needs_upstream(app)],
        chosen=chosen,
        left=chosen.left(system) if chosen else (),
        base=changes.company.revision,
    )


def _part(imported: Imported, chosen: Chosen) -> Imported:
    return replace(imported, system=only(imported.system, chosen.apps, chosen.requirements))


def _chosen(sent: Mapping[str, Sequence[str]]) -> Chosen:
    upstreams = {
        name.removeprefix("upstream "): one(sent, name).strip()[:LONGEST_ADDRESS]
        for name in sent
        if name.startswith("upstream ") and one(sent, name).strip()
    }
    apps, requirements = tuple(sent.get("app", ())), tuple(sent.get("requirement", ()))
    replaces, accepts = one(sent, "replaces") == "yes", one(sent, "accepts") == "yes"
    return Chosen(apps, requirements, upstreams, replaces=replaces, accepts=accepts)


def _needs_upstream(app: App) -> bool:
    return bool(app.host) and not app.upstream and app.oidc is None and app.saml is None


def _is_shown(row: Said, show: str) -> bool:
    if show in {Effect.WIDER, Effect.STRICTER}:
        return row.effect == show
    return not show or (show in set(Verdict) and row.verdict == show)
