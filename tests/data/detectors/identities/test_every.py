"""All numbers together: every country of the Union, the United Kingdom and the United States has one of a person."""

from __future__ import annotations

import re

from limen.data.detectors.identities.every import DETECTORS

_COUNTRIES = re.findall("..", "atbebgcydkeeczesfifrgrhrhuieitltlulvmtnlplptrosesiukusch")


def test_every_country_has_one() -> None:
    begun = {one.id.partition("-")[0] for one in DETECTORS}
    assert not set(_COUNTRIES) - begun
    assert "(CZ, SK)" in " ".join(one.name for one in DETECTORS)
