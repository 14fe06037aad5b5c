"""`world` is an app behind the front that a test file names as FRONT, with its documented config."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.interop.fronts import Guarded, guarded


@pytest.fixture
async def world(request) -> AsyncIterator[Guarded]:
    async with guarded(request.module.FRONT) as running:
        yield running
