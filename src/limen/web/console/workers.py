"""Workers and nodes: which processes and machines answer, how far each has come, and replacing the workers."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen import __version__
from limen.errors import LimenError
from limen.events import Event
from limen.nodes import store as nodes_store
from limen.nodes.copying import Seen
from limen.nodes.model import Node
from limen.nodes.services import NodeServices
from limen.storage import Snapshot
from limen.storage.lock_holders import own_parent
from limen.storage.space import megabytes
from limen.storage.workers import Worker
from limen.web.console.changes import problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/workers"
_ICON: Final = "M4 5h16v5H4zM4 14h16v5H4zM7 7.5h1M7 16.5h1"
PAGES: Final = (
    Page(AT, "Workers and nodes", READ, Menu("Improve", 45, _ICON), hint="processes, machines, lag, restart, cluster"),
    Route("POST", f"{AT}/restart", CHANGE, does="Replace the workers of this machine, one by one"),
)
_LEADS: Final = {"all": "Leads", "machine": "Leads its machine"}
_DONE: Final = {"restart": "The workers are being replaced, one by one. Reload this page to see how far it is."}


@dataclass(frozen=True, slots=True)
class WorkerNow:
    """A worker; the name of its node ("" where there are none), and how many changes it has not applied yet."""

    worker: Worker
    node: str
    behind: int
    is_here: bool

    @property
    def leads(self) -> str:
        return _LEADS.get(self.worker.doing.leads, "")

    @property
    def is_other_version(self) -> bool:
        """Whether it runs another version than the worker that shows the page."""
        return self.worker.doing.version not in {"", __version__}

    @property
    def free(self) -> str:
        """The room where its data lie; "" where it has not looked."""
        return megabytes(self.worker.doing.free_bytes) if self.worker.doing.free_bytes >= 0 else ""


@dataclass(frozen=True, slots=True)
class NodeNow:
    """A node; `seen` is how it stands with it from here: None of this node itself, and where another worker speaks for
    this machine. `workers` are how many of its workers are registered, `lacks` how many lines of this worker's journal
    it has no copy of yet: None where this worker is not told.
    """

    node: Node
    is_here: bool
    seen: Seen | None
    workers: int
    lacks: int | None = None

    @property
    def is_missing(self) -> bool:
        """Whether nothing of it answers: no worker of it, and it does not itself as far as this one can see."""
        return not self.workers and not self.is_here and not (self.seen is not None and self.seen.since)


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        return await _page(site, visit, done=_DONE.get(query(request, "done"), ""))

    @router.post(f"{AT}/restart")
    async def restart(visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        parent = own_parent(site.ports.database.workers.folder)
        if parent is None:
            wrong = LimenError("one process answers here, which can't be replaced while it does", _START_SEVERAL)
            return await _page(site, visit, problem=problem_of(wrong))
        said = Event(at=visit.now, kind="limen.workers_replaced", actor=visit.person.id, session=visit.session.id)
        await site.ports.database.writing(lambda transaction: transaction.say(said))
        os.kill(parent, signal.SIGHUP)
        return site.go(visit, AT, done="restart")

    return router


_START_SEVERAL: Final = "set workers under [listen] in limen.toml, and restart it once"


async def _page(site: Site, visit: SignedInVisit, *, done: str = "", problem: LimenError | None = None) -> Response:
    database, services = site.ports.database, site.ports.offers.find(NodeServices)

    def read(snapshot: Snapshot) -> tuple[int, list[Node]]:
        return snapshot.seq, nodes_store.all_nodes(snapshot.connection)

    tip, nodes = await database.reading(read)
    workers = await site.in_thread(database.workers.all)
    machine = await site.in_thread(lambda: database.workers.machine)
    found = [
        WorkerNow(
            one,
            next((node.name for node in nodes if node.writes(one.chain)), ""),
            max(0, tip - one.seq),
            one.machine == machine and bool(machine),
        )
        for one in workers
    ]
    return site.page(
        "console/workers.html",
        visit,
        workers=found,
        answers=database.workers.name,
        nodes=_nodes(services, nodes, workers),
        waiting=site.ports.journal.waiting_for_a_copy if nodes else 0,
        may_replace=own_parent(database.workers.folder) is not None,
        is_sqlite=database.backend.file is not None,
        done=done,
        problem=problem,
    )


async def missing_nodes(site: Site) -> list[tuple[str, bool]]:
    """The name of each node, and whether nothing of it answers."""
    nodes = await site.ports.database.reading(lambda snapshot: nodes_store.all_nodes(snapshot.connection))
    workers = await site.in_thread(site.ports.database.workers.all) if nodes else []
    return [(one.node.name, one.is_missing) for one in _nodes(site.ports.offers.find(NodeServices), nodes, workers)]


def _nodes(services: NodeServices | None, nodes: list[Node], workers: list[Worker]) -> list[NodeNow]:
    own, seen, lacks = (services.own, services.seen(), services.lacks()) if services is not None else (None, {}, {})
    return [
        NodeNow(
            node,
            own is not None and (own.name, own.disk) == (node.name, node.disk),
            seen.get(node.name),
            sum(node.writes(one.chain) for one in workers),
            lacks.get(node.name),
        )
        for node in nodes
    ]
