"""Keys of services that run models: each kind is found among all others, half of it is not."""

from __future__ import annotations

from random import Random

import pytest
from tests import dial
from tests.data.detectors.secrets import planting

from limen.data.detectors.secrets import models
from limen.data.model import Detector


@pytest.mark.parametrize("detector", models.DETECTORS, ids=lambda one: one.id)
def test_it_is_found(detector: Detector) -> None:
    random = Random(detector.id)
    for _ in range(dial.size(40, 3)):
        value = planting.planted(detector, random)
        assert planting.is_found(detector, value), value
        assert not planting.is_found(detector, value[len(value) // 2 :])
