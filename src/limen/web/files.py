"""Our own stylesheets, scripts and mark, as browsers ask for them: the same for everybody."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.web.assets import PREFIX
from limen.web.page import Route
from limen.web.site import Site

PAGES: Final = (
    Route("GET", "/static/{address:path}", undecided="what every page needs, the same for everybody", media_type="*/*"),
    Route("GET", "/favicon.ico", undecided="the mark, the same for everybody", media_type="image/svg+xml"),
)
_FOR_EVER: Final = "public, max-age=31536000, immutable"


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    assets = site.pages.assets

    @router.get("/static/{address:path}")
    def file(request: Request, address: str) -> Response:
        asset = assets.at(PREFIX + address)
        if asset is None:
            raise HTTPException(404)
        fields = {"cache-control": _FOR_EVER, "vary": "accept-encoding"}
        if not takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(asset.body, media_type=asset.media_type, headers=fields)
        return Response(asset.packed, media_type=asset.media_type, headers={**fields, "content-encoding": "gzip"})

    mark = assets.named("mark.svg")

    @router.get("/favicon.ico")
    def favicon() -> Response:
        return Response(mark.body, media_type="image/svg+xml")

    return router


def takes_gzip(accepted: str) -> bool:
    """Whether a browser that says this in Accept-Encoding (RFC 9110 section 12.5.3) reads gzip: by name, not by `*`."""
    for coding in accepted.lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False
