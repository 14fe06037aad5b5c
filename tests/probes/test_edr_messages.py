"""Each message is read by the mapper of its kind as a high risk of the very device, and as nothing else."""

from __future__ import annotations

import pytest

from limen.clock import SECOND, from_iso
from limen.devices.signals.authentication import read_json
from limen.devices.signals.mappers import KINDS, MAPPERS
from limen.devices.signals.model import Level
from limen.probes.edr_messages import message

NOW = from_iso("2026-11-24T09:00:00Z")
NAMELESS = "suricata"


@pytest.mark.parametrize("kind", [one for one in KINDS if one != NAMELESS])
def test_it_is_a_high_risk_of_one_device(kind: str) -> None:
    body = message(kind, "probe-1", "limen-probe-1", NOW)
    assert body is not None
    mapper = MAPPERS[kind]
    said = mapper.read(read_json(body, by_line=mapper.by_line))
    (told,) = said.told
    assert (told.level, told.named.name, told.ref, told.named.addresses) == (Level.HIGH, "probe-1", "limen-probe-1", ())
    assert abs(told.at - NOW) < SECOND


def test_what_can_name_no_device_has_none() -> None:
    assert message(NAMELESS, "probe-1", "1", NOW) is None
    assert message("other", "probe-1", "1", NOW) is None
