"""Devices: all of them with their health, owner and last report; and quarantining, releasing or ending one."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import DAY
from limen.devices.compliance import COMPLIANT, NON_COMPLIANT
from limen.devices.fleet_count_store import by_day
from limen.devices.installing import INSTALLATIONS
from limen.devices.inventory.watching import SeenDevices
from limen.devices.kinds import KINDS as DEVICE_KINDS
from limen.devices.model import EnrolledDevice, State
from limen.devices.service import Devices
from limen.devices.signals.kinds import KINDS as SIGNAL_KINDS
from limen.devices.signals.service import Signals
from limen.devices.states import UnknownDeviceError
from limen.devices.steps import TITLES
from limen.events import KINDS
from limen.storage.journal.search import EventQuery, search
from limen.web import charts
from limen.web.charts import EFFECTS, Bar
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.people import helping, reason_of
from limen.web.page import Menu, Page, Route, Shortcut
from limen.web.permissions import CHANGE, HELP, SEE_PEOPLE
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/devices"
PAGES: Final = (
    Page(AT, "Devices", SEE_PEOPLE, Menu("Know", 15, "devices"), hint="laptops, health, compliance, posture"),
    Shortcut(f"{AT}?show=not-healthy", "Devices that are not healthy", hint="failing checks"),
    Shortcut(f"{AT}?show=silent", "Devices that have not reported", hint="missing, lost"),
    Route("GET", f"{AT}/{{device_id}}", SEE_PEOPLE),
    Route("POST", f"{AT}/token", CHANGE, does="Create a token to enrol a device"),
    Route("POST", f"{AT}/{{device_id}}/check", HELP),
    Route("POST", f"{AT}/{{device_id}}/quarantine", HELP, does="Quarantine a device"),
    Route("POST", f"{AT}/{{device_id}}/release", CHANGE, does="Release a device"),
    Route("POST", f"{AT}/{{device_id}}/lost", HELP, does="Report a device lost"),
    Route("POST", f"{AT}/{{device_id}}/retire", CHANGE, does="Retire a device"),
    Route("POST", f"{AT}/{{device_id}}/company", CHANGE, does="Change whether a device is the company's"),
)
SHOWS: Final = {
    "": "In use",
    "not-healthy": "Not healthy",
    "silent": "Silent for a day",
    "quarantined": "In quarantine",
    "ended": "Lost and retired",
}
_STATES: Final = {
    "quarantine": State.QUARANTINED,
    "release": State.ACTIVE,
    "lost": State.LOST,
    "retire": State.RETIRED,
}
DONE: Final = {
    "checked": "The device has looked again.",
    "silent": "The device did not answer in time. It is off, offline, or its agent does not run.",
    "quarantine": "In quarantine: everything that was signed in on it has ended, and it opens nothing.",
    "release": "Released. What was signed in on it has ended: its owner signs in again.",
    "lost": "Lost: everything that was signed in on it has ended. Look at its owner's passkeys, too.",
    "retire": "Retired: it has to be enrolled again before it counts.",
    "company": "It counts as the company's from now on.",
    "private": "It does not count as the company's any more.",
    "signal-ended": "The signal has ended. A quarantine that it caused has ended, too.",
    "signal-reopened": "The signal counts again.",
    "wipe": "The wipe was requested. The device counts as lost: everything that was signed in on it has ended.",
}
MOST_EVENTS: Final = 50
DAYS_SHOWN: Final = 30
LEAST_DAYS: Final = 2
_LIVE: Final = frozenset({State.ACTIVE, State.QUARANTINED})


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    devices = site.ports.offers.take(Devices)
    _show(router, site, devices)
    _change(router, site, devices)
    return router


def _show(router: APIRouter, site: Site, devices: Devices) -> None:
    @router.get(AT)
    async def fleet(request: Request, visit: Authorized) -> Response:
        show, every = query(request, "show"), devices.all()
        chosen = [device for device in every if _is_shown(devices, device, show, visit.now)]
        return site.page(
            "console/devices.html",
            visit,
            devices=chosen,
            shows=SHOWS,
            show=show if show in SHOWS else "",
            **_known(site, devices, chosen),
            titles=TITLES,
            counts=_counts(devices, every),
            **await _picture(site, devices, visit.now),
            seen=await site.ports.offers.take(SeenDevices).inventory(),
            people=sorted(
                (one for one in site.known.people.values() if one.active), key=lambda person: person.name.casefold()
            ),
            done=DONE.get(query(request, "done"), ""),
        )

    @router.get(f"{AT}/{{device_id}}")
    async def single(device_id: str, request: Request, visit: Authorized) -> Response:
        device = _device(devices, device_id)
        of_devices = tuple(kind.name for kind in (*DEVICE_KINDS, *SIGNAL_KINDS))
        sought = EventQuery(device.owner_id, kinds=of_devices, holds=lambda event: event.device == device_id)
        found = await site.in_thread(lambda: search(site.ports.journal.reader, sought, MOST_EVENTS))
        history = found.events
        return site.page(
            "console/device.html",
            visit,
            device=device,
            reported=devices.posture(device_id),
            health=devices.health(device_id),
            owner=site.known.people.get(device.owner_id),
            history=[(event, KINDS[event.kind].title) for event in history if event.kind in KINDS],
            titles=TITLES,
            can_wipe=devices.managements.are_connected,
            is_listening=devices.streams.listens(device_id),
            signals=(said := site.ports.offers.take(Signals).of(device_id)),
            signal_people={
                one.ended_by: person.name for one in said if (person := site.known.people.get(one.ended_by))
            },
            done=DONE.get(query(request, "done"), ""),
        )


def _change(router: APIRouter, site: Site, devices: Devices) -> None:
    @router.post(f"{AT}/token")
    async def token(visit: Authorized, sent: Sent) -> Response:
        """A company's device opens apps, as a factor does; so does one that is released, or called the company's."""
        await fresh_proof(site, visit, AT)
        owner = site.known.people.get(one(sent, "owner"))
        given = await devices.token(owner.id if owner else "", by=visit.person.id)
        address = site.ports.settings.public_url
        return site.page(
            "console/device_token.html",
            visit,
            given=given,
            owner=owner,
            address=address,
            here=AT,
            installations=INSTALLATIONS.values(),
        )

    @router.post(f"{AT}/{{device_id}}/check")
    async def check(device_id: str, visit: Authorized, _sent: Sent) -> Response:
        answered = await devices.check_again(_device(devices, device_id).id)
        return site.go(visit, f"{AT}/{device_id}", done="checked" if answered else "silent")

    @router.post(f"{AT}/{{device_id}}/company")
    async def company(device_id: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, f"{AT}/{device_id}")
        is_managed = one(sent, "company") == "yes"
        await devices.set_managed(_device(devices, device_id).id, is_managed=is_managed, by=visit.person.id)
        return site.go(visit, f"{AT}/{device_id}", done="company" if is_managed else "private")

    def changing(word: str, state: State) -> None:
        @router.post(f"{AT}/{{device_id}}/{word}")
        async def change(request: Request, device_id: str, visit: Authorized, sent: Sent) -> Response:
            device = _device(devices, device_id)
            helper = await helping(site, request, visit, device.owner_id)
            if state is State.ACTIVE:
                await fresh_proof(site, visit, f"{AT}/{device_id}")
            await devices.change(device.id, state, by=helper.person.id, why=reason_of(helper, sent))
            return site.go(visit, f"{AT}/{device_id}", done=word)

    for word, state in _STATES.items():
        changing(word, state)


def _device(devices: Devices, device_id: str) -> EnrolledDevice:
    try:
        return devices.device(device_id)
    except UnknownDeviceError:
        raise HTTPException(404) from None


def _is_shown(devices: Devices, device: EnrolledDevice, show: str, now: int) -> bool:
    match show:
        case "not-healthy":
            return device.state is State.ACTIVE and _compliance(devices, device) == NON_COMPLIANT
        case "silent":
            return device.state in _LIVE and devices.posture(device.id).at < now - DAY
        case "quarantined":
            return device.state is State.QUARANTINED
        case "ended":
            return device.state not in _LIVE
    return device.state in _LIVE


def _compliance(devices: Devices, device: EnrolledDevice) -> str:
    """As decisions see it: a report that is too old says nothing."""
    known = devices.known(device.id)
    return known.compliance if known is not None else "unknown"


def _known(site: Site, devices: Devices, chosen: list[EnrolledDevice]) -> dict[str, Any]:
    return {
        "health": {one.id: devices.health(one.id) for one in chosen},
        "compliance": {one.id: _compliance(devices, one) for one in chosen},
        "reported": {one.id: devices.posture(one.id).at for one in chosen},
        "owners": {one.owner_id: site.known.people.get(one.owner_id) for one in chosen},
    }


async def _picture(site: Site, devices: Devices, now: int) -> dict[str, Any]:
    """The last days as a chart, one column each; none before there are two of them."""
    days = by_day(await devices.counts(now - DAYS_SHOWN * DAY), site.ports.settings.zone)
    if len(days) < LEAST_DAYS:
        return {"chart": None}
    drawn = [
        Bar(day[5:], AT, one.healthy, one.unknown, one.not_healthy, ("healthy", "unknown", "not healthy"))
        for day, one in days.items()
    ]
    keys = {word: charts.key(effect) for effect, word in zip(EFFECTS, drawn[0].words, strict=True)}
    return {"chart": charts.bars(drawn, f"Devices by their health, the last {len(days)} days", 200), "keys": keys}


def _counts(devices: Devices, every: list[EnrolledDevice]) -> dict[str, int]:
    """How many of those in use are healthy, are not, and are not known to be; and how many nobody may use."""
    found = Counter(_compliance(devices, one) for one in every if one.state is State.ACTIVE)
    quarantined = sum(one.state is State.QUARANTINED for one in every)
    return {
        "all": sum(found.values()) + quarantined,
        "quarantined": quarantined,
        "healthy": found[COMPLIANT],
        "not_healthy": found[NON_COMPLIANT],
        "unknown": found["unknown"],
    }
