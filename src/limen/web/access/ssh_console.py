"""Hosts that people reach by SSH: which have enrolled, which follow Limen now, how one enrols, and the keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.enforcement.ssh.authorities import AuthorityKey
from limen.enforcement.ssh.door import SshDoor
from limen.enforcement.ssh.followers import Heard
from limen.enforcement.ssh.hosts import SshHostService
from limen.enforcement.ssh.store import EnrolledHost
from limen.facts import App
from limen.following.keys import AHEAD
from limen.following.one_file import one_file
from limen.following.questions import ASTRAY_SECONDS, IS_THERE
from limen.following.wire import fingerprint
from limen.web.access.ssh_hosts import PROGRAM
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent

AT: Final = "/console/ssh"
_TERMINAL: Final = "M4 5h16v14H4zM7 9l3 3-3 3M12 15h5"
PAGES: Final = (
    Page(AT, "SSH hosts", READ, Menu("Know", 45, _TERMINAL), hint="servers, certificates, sudo, authority"),
    Route("POST", f"{AT}/token", CHANGE, does="Create a token to enrol a host"),
    Route("POST", f"{AT}/keys", CHANGE, does="Create the next keys that sign SSH certificates"),
    Route("POST", f"{AT}/hosts/{{host_id}}/remove", CHANGE, does="Remove a host"),
)
_DONE: Final = {
    "removed": "The host is told nothing any more. People can't log in to it with new certificates once it notices.",
    "made": "The next keys are known to every host that follows Limen. They sign in a day.",
    "waits": "The next keys wait already: nothing was made.",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A host that is named in apps.yaml, or that enrolled and is named no more (then `app` is None)."""

    name: str
    app: App | None
    host: EnrolledHost | None
    heard: Heard
    follows: bool

    @property
    def is_astray(self) -> bool:
        """Whether nobody is let in there, since its clock is not Limen's."""
        return abs(self.heard.clock) > ASTRAY_SECONDS


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    door, hosts = site.ports.offers.take(SshDoor), site.ports.offers.take(SshHostService)

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        return site.page(
            "console/ssh_hosts.html",
            visit,
            shown=list(_listed(site, hosts, visit.now)),
            keys=[(key, _state(hosts, key, visit.now)) for key in hosts.followers.authorities.keys],
            fingerprint=lambda key: fingerprint(key.private.public_key()),
            live=len(door.live()),
            done=_DONE.get(query(request, "done"), ""),
        )

    @router.post(f"{AT}/token")
    async def token(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        name = one(sent, "host")
        made = await done_or_page(hosts.token(name, visit.person.id), lambda wrong: site.failed(visit, wrong))
        digest = sha256(one_file(PROGRAM).encode()).hexdigest()
        return site.page("console/ssh_token.html", visit, name=name, made=made, url=site.origin, digest=digest)

    @router.post(f"{AT}/keys")
    async def keys(visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        is_made = await hosts.renew_keys(visit.person.id)
        return site.go(visit, AT, done="made" if is_made else "waits")

    @router.post(f"{AT}/hosts/{{host_id}}/remove")
    async def remove(host_id: str, visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        await done_or_page(hosts.remove(host_id, visit.person.id), lambda wrong: site.failed(visit, wrong))
        return site.go(visit, AT, done="removed")

    return router


def _listed(site: Site, hosts: SshHostService, now: Instant) -> Iterator[Listed]:
    enrolled = {host.name: host for host in hosts.followers.hosts.values()}
    for app in sorted(site.known.apps.values(), key=lambda app: app.name.casefold()):
        for name in app.ssh.hosts if app.ssh is not None else ():
            host = enrolled.pop(name, None)
            yield _of(hosts, name, app, host, now)
    for name, host in sorted(enrolled.items()):
        yield _of(hosts, name, None, host, now)


def _of(hosts: SshHostService, name: str, app: App | None, host: EnrolledHost | None, now: Instant) -> Listed:
    heard = hosts.followers.heard.get(host.id, Heard(0)) if host is not None else Heard(0)
    return Listed(name, app, host, heard, now < heard.at + IS_THERE)


def _state(hosts: SshHostService, key: AuthorityKey, now: Instant) -> str:
    """`signs`, `next` or `before`."""
    signing = hosts.followers.authorities.signing(key.purpose, now)
    if key is signing:
        return "signs"
    return "next" if key.made_at + AHEAD > now else "before"
