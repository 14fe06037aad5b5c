"""Real nginx from the distribution, with the config that `limen front-config` prints."""

from __future__ import annotations

import pytest
from tests.interop import scenarios

FRONT = "nginx"


@pytest.mark.gate("a front")
@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda scenario: scenario.__name__)
async def test_behind_nginx(world, scenario):
    await scenario(world)
