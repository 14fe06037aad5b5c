"""Real Caddy from PyPI, with the config that `limen front-config` prints."""

from __future__ import annotations

import pytest
from tests.interop import scenarios

FRONT = "caddy"


@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda scenario: scenario.__name__)
async def test_behind_caddy(world, scenario):
    await scenario(world)
