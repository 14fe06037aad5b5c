"""Harbor with a wiki in which Limen keeps accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests import scim_app
from tests.sso.provisioning.at_wiki import AtWiki, write
from tests.web.conftest import move_in


@pytest.fixture
def there() -> Iterator[scim_app.ScimApp]:
    with scim_app.serving() as serving:
        yield serving


@pytest.fixture
async def wiki(there: scim_app.ScimApp, tmp_path: Path) -> AsyncIterator[AtWiki]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", lambda folder: write(there, folder))
        found = AtWiki(house, there)
        await found.connect()
        yield found
