"""Random rules, loaded into a real kernel: what comes through between namespaces is what the model says."""

from __future__ import annotations

import pytest
from tests.dial import floor, size
from tests.laws.network_kernel import tried
from tests.network.lab import Lab, needs_namespaces

pytestmark = pytest.mark.slow
_POLICIES, _CONNECTS = 48, 90
"""`bench/network.py --long` tries 10,000 policies and a million connects."""
_EACH_READ_BACK = 4


def test_model_and_kernel_agree_on_every_connect() -> None:
    needs_namespaces()
    wrong: list[str] = []
    connects = through = 0
    with Lab() as lab:
        for seed in range(size(_POLICIES)):
            one = tried(lab, seed, _CONNECTS, reads_back=seed % _EACH_READ_BACK == 0)
            connects, through = connects + one.connects, through + one.through
            wrong += one.wrong
    assert not wrong
    assert connects > floor(3_500)
    assert through > floor(500)
