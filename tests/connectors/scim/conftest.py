"""A real SCIM server, and Limen's client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from tests import scim_app
from tests.scim_app import TOKEN

from limen.connectors.scim.client import ScimApp


@pytest.fixture
def app() -> Iterator[scim_app.ScimApp]:
    with scim_app.serving() as serving:
        yield serving


@pytest.fixture
async def client(app: scim_app.ScimApp) -> AsyncIterator[ScimApp]:
    http = scim_app.asking(app)
    yield ScimApp(http, TOKEN)
    await http.close()
