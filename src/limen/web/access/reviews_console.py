"""Access reviews, for those who run Limen: begin one, see how far it is, close it, and take out its evidence."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.reviews import signature
from limen.access.reviews.drafts import draft_of
from limen.access.reviews.services import Reviews
from limen.errors import LimenError
from limen.facts.access_rules import NOTHING_TO_ASK, AccessRules
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.view_audit import audit_view
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent

AT: Final = "/console/reviews"
_ICON: Final = "M4 6h10M4 12h7M4 18h7M14 16l3 3 5-6"
PAGES: Final = (
    Page(AT, "Reviews of access", READ, Menu("Decide", 60, _ICON), hint="campaigns, recertification, evidence"),
    Route("GET", f"{AT}/{{review_id}}", READ),
    Route("GET", f"{AT}/{{review_id}}/evidence.csv", READ, media_type="text/csv"),
    Route("GET", f"{AT}/{{review_id}}/evidence.pdf", READ, media_type="application/pdf"),
    Route("POST", f"{AT}/start", CHANGE, does="Start a review of access"),
    Route("POST", f"{AT}/{{review_id}}/close", CHANGE, does="Close a review of access"),
)
_TYPES: Final = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}
_DONE: Final = {
    "started": "The review has started. Reviewers have been told by email.",
    "closed": "The review is closed. Nothing in it changes any more.",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    reviews = site.ports.offers.take(Reviews)

    @router.get(AT)
    async def everything(request: Request, visit: Authorized) -> Response:
        rules = site.known.rules_of(AccessRules) or NOTHING_TO_ASK
        return site.page(
            "console/access_reviews.html",
            visit,
            reviews=await reviews.reviews(),
            rules=rules.reviews,
            key=signature.public_keys(reviews.core.keyring)[0].hex(),
            done=_DONE.get(query(request, "done"), ""),
        )

    @router.get(f"{AT}/{{review_id}}")
    async def look(review_id: str, request: Request, visit: Authorized) -> Response:
        review = await done_or_page(reviews.review(review_id), lambda wrong: site.failed(visit, wrong))
        rows = await reviews.rows(review.id)
        audit_view(site, visit, "review")
        return site.page(
            "console/access_review.html",
            visit,
            review=review,
            rows=rows,
            people={person.id: person.name for person in site.known.people.values()},
            apps=site.known.apps,
            groups=site.known.groups,
            draft=draft_of(review, rows),
            is_done=all(row.is_decided for row in rows),
            done=_DONE.get(query(request, "done"), ""),
        )

    async def evidence(review_id: str, form: str, visit: Authorized) -> Response:
        try:
            made = await reviews.evidence(review_id, form, visit.person.id)
        except LimenError as wrong:
            return site.failed(visit, wrong)
        headers = {"content-disposition": f'attachment; filename="{made.name}"', "cache-control": "no-store"}
        return Response(made.content, media_type=_TYPES[form], headers=headers)

    @router.get(f"{AT}/{{review_id}}/evidence.csv")
    async def as_csv(review_id: str, visit: Authorized) -> Response:
        return await evidence(review_id, "csv", visit)

    @router.get(f"{AT}/{{review_id}}/evidence.pdf")
    async def as_pdf(review_id: str, visit: Authorized) -> Response:
        return await evidence(review_id, "pdf", visit)

    @router.post(f"{AT}/start")
    async def start(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        begun = reviews.start(one(sent, "name"), visit.person.id)
        review = await done_or_page(begun, lambda wrong: site.failed(visit, wrong))
        return site.go(visit, f"{AT}/{review.id}", done="started")

    @router.post(f"{AT}/{{review_id}}/close")
    async def close(review_id: str, visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, f"{AT}/{review_id}")
        closing = reviews.close(visit.session, review_id)
        await done_or_page(closing, lambda wrong: site.failed(visit, wrong))
        return site.go(visit, f"{AT}/{review_id}", done="closed")

    return router
