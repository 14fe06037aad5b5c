"""Routes by the first segment of their path, so that a request is held against those of its own section alone.

FastAPI tries its routes one after the other, twice for each request. Of some hundred pages that held the event loop for
half a millisecond, in which nothing is decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match


class Section(APIRouter):
    """The routes below one first segment, in their order."""

    def __init__(self, first: str, routes: Iterable[APIRoute]) -> None:
        super().__init__()
        self.first = first
        self.routes = [*routes]

    def matches(self, scope: Any) -> tuple[Match, Any]:
        return super().matches(scope) if _first(scope["path"]) == self.first else (Match.NONE, {})


def sections(routes: Iterable[APIRoute]) -> list[APIRouter]:
    """The routes in sections, those of each in their order; behind them those that begin with a parameter."""
    found: dict[str, list[APIRoute]] = {}
    for route in routes:
        found.setdefault(_first(route.path), []).append(route)
    anywhere = APIRouter()
    anywhere.routes = [route for first, some in found.items() if "{" in first for route in some]
    named = [Section(first, some) for first, some in found.items() if "{" not in first]
    return [*named, anywhere] if anywhere.routes else [*named]


def _first(path: str) -> str:
    return path[1:].partition("/")[0]
