"""Real Envoy from PyPI, with the config that `limen front-config` prints."""

from __future__ import annotations

import pytest
from tests.interop import scenarios

FRONT = "envoy"


@pytest.mark.parametrize("scenario", scenarios.ALL, ids=lambda scenario: scenario.__name__)
async def test_behind_envoy(world, scenario):
    await scenario(world)
