"""Which route a path leads to is the same in sections as in one list, and other sections are not looked at."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import Match

from limen.web.sections import Section, sections

PATHS = ("/", "/a", "/a/b", "/a/{one}", "/a/{one}/c", "/b/{one}", "/b", "/{any}/z")


def app_of(*, in_sections: bool) -> FastAPI:
    router = APIRouter()
    for path in PATHS:

        def told(path: str = path) -> str:
            return path

        router.add_api_route(path, told, methods=["GET", "POST"] if path == "/b" else ["GET"])
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for part in sections(router.routes) if in_sections else [router]:  # type: ignore[arg-type]
        app.include_router(part, dependencies=[Depends(lambda: None)])
    return app


async def asked(app: FastAPI, method: str, path: str) -> tuple[int, str]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://here") as client:
        response = await client.request(method, path)
        return response.status_code, response.headers.get("location", response.text)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_each_path_leads_where_it_did(method: str) -> None:
    one, several = app_of(in_sections=False), app_of(in_sections=True)
    for path in ("/", "/a", "/a/", "/a/b", "/a/x", "/a/x/c", "/a/x/d", "/b", "/b/1", "/c/z", "/c", "//a", "/%61", "/A"):
        assert await asked(several, method, path) == await asked(one, method, path), path


def test_another_section_is_not_looked_at() -> None:
    section = Section("a", [])

    class Counted(list[Any]):
        def __iter__(self) -> Any:
            raise AssertionError("its routes were tried")

    section.routes = Counted()
    assert section.matches({"type": "http", "method": "GET", "path": "/b/a"}) == (Match.NONE, {})
