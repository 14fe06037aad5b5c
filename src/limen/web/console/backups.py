"""Backups: which there are, where they lie, what is missing; and taking one now. They never leave through a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.backup.schedule import BackupSchedule, BackupStatus
from limen.clock import DAY, Instant
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.next_steps import Step
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Page(
        "/console/backups",
        "Backups",
        READ,
        Menu("Improve", 30, "backups"),
        hint="restore, copies, standby, disaster recovery",
    ),
    Route("POST", "/console/backups", CHANGE, does="Back up now"),
)

AT: Final = "/console/backups"
MOST_SHOWN: Final = 50
PATIENCE_SECONDS: Final = 3.0
"""How long the page waits for one that is being taken; after that it says that it is under way."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    keeping = site.ports.backups

    @router.get(AT)
    async def everything(visit: Authorized) -> Response:
        status = await site.in_thread(keeping.status) if keeping else None
        return site.page(
            "console/backups.html",
            visit,
            standing=status,
            kept=status.kept[:MOST_SHOWN] if status else (),
            is_running=keeping is not None and keeping.is_running,
            settings=site.ports.settings.backup,
            steps=list(about_backups(status, visit.now)),
        )

    @router.post(AT)
    async def take(visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        if keeping is not None:
            going = asyncio.ensure_future(keeping.go())
            await asyncio.wait([going], timeout=PATIENCE_SECONDS)
        return site.go(visit, AT)

    return router


async def status_of(site: Site) -> BackupStatus | None:
    """How the company stands with its backups; None where nobody takes any, as in the demo."""
    keeping: BackupSchedule | None = site.ports.backups
    return await site.in_thread(keeping.status) if keeping else None


def about_backups(status: BackupStatus | None, now: Instant) -> Iterator[Step]:
    """What is to be done about backups, the most pressing alone: one thing at a time."""
    if status is None:
        return
    if status.failed is not None:
        what = status.failed.what
        yield Step("The last backup failed", f"{what[0].upper()}{what[1:]}.", AT, "See what to do")
    elif not status.last_at:
        why = "If this machine fails now, people, policies and the journal are lost."
        yield Step("There is no backup yet", why, AT, "Take one")
    elif status.is_overdue:
        days = (now - status.last_at) // DAY
        yield Step(f"The last backup is {days} days old", "Everything since then would be lost.", AT, "Take one")
    elif status.is_beside_data:
        yield Step(
            "Backups are stored on this machine's own disk",
            "If the disk fails or the machine is stolen, they are lost too. Copy them to another machine.",
            AT,
            "See how",
        )
