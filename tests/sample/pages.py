from typing import Final

from fastapi import APIRouter
from starlette.responses import Response
from tests.sample.pillar import HERE, Trainings, people

from limen.web.page import PORTAL, Menu, Page, Route
from limen.web.permissions import READ, VIEW
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Page("/console/training", "Training", READ, Menu("Know", 90, "M4 6h16v12H4z"), hint="security"),
    Page("/training", "Your training", VIEW, Menu(PORTAL, 90, title="Training")),
    Route("POST", "/training/done", VIEW),
)
TEMPLATES: Final = HERE / "templates"


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/training")
    async def everybody(visit: Authorized) -> Response:
        done = await site.ports.database.reading(people)
        return site.page("training/everybody.html", visit, done=done)

    @router.get("/training")
    async def mine(visit: Authorized) -> Response:
        return site.page("training/mine.html", visit)

    @router.post("/training/done")
    async def done(visit: Authorized, _sent: Sent) -> Response:
        await site.ports.offers.take(Trainings).done(visit.person.id)
        return site.go(visit, "/training")

    return router
