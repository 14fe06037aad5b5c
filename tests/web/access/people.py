"""Harbor with people who ask for access on its pages, and others who decide about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.access.at_harbor import WHY, AtHarbor, Colleague
from tests.web.conftest import move_in

from limen.access.model import AccessRequest, HeldGrant

ASK = "/access/ask?app=crm&action=view"
FORM = {"app": "crm", "actions": "view", "length": "2h", "reason": WHY}


@pytest.fixture
async def at_harbor(tmp_path: Path) -> AsyncIterator[AtHarbor]:
    async with AsyncExitStack() as closing:
        yield AtHarbor(await move_in(closing, tmp_path / "harbor"))


@pytest.fixture
async def oscar(at_harbor: AtHarbor) -> Colleague:
    """He works in engineering, and has no business with customers."""
    return await at_harbor.colleague("Oscar", "staff", "engineering")


@pytest.fixture
async def farid(at_harbor: AtHarbor) -> Colleague:
    """He is in sales, which owns the app of the customers."""
    return await at_harbor.colleague("Farid", "staff", "sales")


def done_in(answer: httpx2.Response) -> str:
    """What the page that somebody is sent on to says was done."""
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query).get("done", [""])[0]


async def ask(who: Colleague, **fields: str) -> httpx2.Response:
    """Send the form that asks for access to the customers, as it is filled in or with other `fields`."""
    await who.browser.get(ASK)
    return await who.browser.post("/access/ask", **{**FORM, **fields})


async def request_of(who: Colleague) -> AccessRequest:
    """What somebody asked for last."""
    return (await who.access.requests_of(who.id))[0]


async def grants_of(who: Colleague) -> list[HeldGrant]:
    return await who.access.grants_of(who.id)


async def approve(who: Colleague, request: AccessRequest, **fields: str) -> httpx2.Response:
    await who.browser.get("/access/inbox")
    return await who.browser.post(f"/access/inbox/{request.id}/approve", **fields)
