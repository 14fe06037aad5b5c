"""Installing the agent: what to type on which system, and what it reads there and never reads."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.devices.installing import INSTALLATIONS, NEVER_READ, READ, platform_of
from limen.devices.model import Platform
from limen.messages import gettext_noop
from limen.web.page import Page
from limen.web.permissions import VIEW
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = "/devices/install"
PAGES: Final = (Page(AT, gettext_noop("Install the agent"), VIEW, hint="limen-agent, enrol, laptop, privacy"),)


def routes(site: Site) -> APIRouter:
    """`/devices/install?on=linux`; without it, for the system that the browser names."""
    router = APIRouter()

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        named = query(request, "on")
        on = Platform(named) if named in set(Platform) else platform_of(request.headers.get("user-agent", ""))
        return site.page(
            "devices/install.html",
            visit,
            on=on,
            every=INSTALLATIONS,
            its=INSTALLATIONS[on],
            address=site.ports.settings.public_url,
            read=READ,
            never_read=NEVER_READ,
            is_open=site.known.device_rules.enrol_by_owner,
        )

    return router
