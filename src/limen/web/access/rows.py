"""How pages show requests and grants: with names instead of ids, and what may be done about each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from limen.access.membership.directories import Directories
from limen.access.model import AccessRequest, HeldGrant, RequestState
from limen.clock import Instant, Milliseconds
from limen.devices.service import Devices
from limen.facts import App
from limen.facts.requested_flow import RequestedFlow
from limen.messages import Words
from limen.web.portal.withheld import action_name
from limen.web.site import Site


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request. `app` is None where there is no such app any more. `asks` is who made it, `by` who approved it so far,
    each by name.
    """

    request: AccessRequest
    app: App | None
    what: str
    state: RequestState
    asks: str
    by: tuple[str, ...]
    decided_by: str

    @property
    def name(self) -> str:
        return self.app.name if self.app is not None else self.request.about

    @property
    def flow(self) -> RequestedFlow | None:
        """The flow of the network that is asked for, in place of an app."""
        return self.request.flow

    @property
    def step(self) -> int:
        """Which approval is due, from 1."""
        return self.request.step + 1

    @property
    def steps(self) -> int:
        return len(self.request.steps)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant. `by` are the names of who approved it: () where a rule did. `url` is where it is used, "" for no page;
    `longest` how long an extension can be asked for (0: not at all), `device` the name of the only one it counts on.
    `outlasts`: it may last past its end while Limen is down (`outlasting`).
    """

    grant: HeldGrant
    app: App | None
    what: str
    who: str
    by: tuple[str, ...]
    is_active: bool
    url: str = ""
    longest: Milliseconds = 0
    device: str = ""
    outlasts: bool = False

    @property
    def name(self) -> str:
        return self.app.name if self.app is not None else self.grant.app


def request_row(site: Site, request: AccessRequest, words: Words, now: Instant) -> RequestRow:
    return RequestRow(
        request=request,
        app=site.known.apps.get(request.app),
        what=actions_said(request.actions, words) if request.flow is None else words.gettext("a connection"),
        state=request.state_at(now),
        asks=name_of(site, request.person_id),
        by=tuple(name_of(site, one.approver_id) for one in request.approvals),
        decided_by=name_of(site, request.decided_by),
    )


def grant_row(
    site: Site,
    grant: HeldGrant,
    words: Words,
    now: Instant,
    url: str = "",
    longest: Milliseconds = 0,
    outlasting: frozenset[str] = frozenset(),
) -> GrantRow:
    return GrantRow(
        grant=grant,
        app=site.known.apps.get(grant.app),
        what=actions_said(grant.actions, words),
        who=name_of(site, grant.person_id),
        by=tuple(name_of(site, one) for one in grant.approvers),
        is_active=grant.is_active(now),
        url=url,
        longest=longest,
        device=device_of(site, grant.device_id)[0],
        outlasts=grant.app in outlasting,
    )


def device_of(site: Site, device_id: str) -> tuple[str, str]:
    """What the device is called that was asked on, and `compliant`, `non_compliant` or `unknown`; "" where none was."""
    devices = site.ports.offers.find(Devices)
    known = devices.known(device_id) if devices is not None and device_id else None
    if devices is None or known is None:
        return "", ""
    return devices.device(device_id).name, known.compliance


async def outlasting(site: Site) -> frozenset[str]:
    """The apps that are groups of directories which may not end a membership by themselves."""
    directories = site.ports.offers.find(Directories)
    return await directories.outlasting() if directories is not None else frozenset()


def actions_said(actions: Iterable[str], words: Words) -> str:
    """`Viewing, Editing`."""
    return ", ".join(action_name(action, words) for action in actions)


def name_of(site: Site, person_id: str) -> str:
    """What somebody is called; their id where nobody knows them any more, "" for no id."""
    person = site.known.people.get(person_id)
    return person.name if person is not None else person_id
