"""What must never be: each statement proved or refuted, and the built-in ones that do not hold here, with why."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.network.built_in import BUILT_IN
from limen.network.services import service_text
from limen.web.network.proving import Proving
from limen.web.page import Menu, Page
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = "/console/network/never"
_TITLE: Final = "What must never be"
_ICON: Final = "M3 6h18v12H3zM3 12h18M9 6v6M15 6v6M6 12v6M12 12v6M18 12v6"
PAGES: Final = (
    Page(AT, _TITLE, READ, Menu("Network", 40, _ICON, "Never"), hint="network, statements, proofs, walls, built-in"),
)


def routes(site: Site) -> APIRouter:
    router, proving = APIRouter(), site.shared(Proving)

    @router.get(AT)
    async def every(visit: Authorized) -> Response:
        proved, without = await proving.proved(visit, _TITLE), proving.file.without
        order = sorted(proved.verdicts, key=lambda one: (one.holds, one.is_on_trial, one.is_decided))
        stated = {one.never.id for one in proved.verdicts}
        return site.page(
            "console/network_never.html",
            visit,
            service_text=service_text,
            verdicts=order,
            refuted=sum(bool(one.path) and not one.is_on_trial for one in order),
            possible=sum(one.is_on_trial for one in order),
            on_trial={one.id for one in proved.network.trials},
            undecided=sum(not one.is_decided for one in order),
            set_aside=[(one, without[one.id]) for one in BUILT_IN if one.id in without],
            without_object=[one for one in BUILT_IN if one.id not in stated and one.id not in without],
        )

    return router
