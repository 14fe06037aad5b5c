"""What each product's documented messages come to. See `documented/README.md`: none was recorded from a product."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.clock import from_iso
from limen.devices.signals.authentication import read_json
from limen.devices.signals.mappers import KINDS, MAPPERS
from limen.devices.signals.model import Level, Message

DOCUMENTED = Path(__file__).parent / "documented"
NONE, LOW, MEDIUM, HIGH = Level


def read(kind: str, name: str) -> Message:
    mapper = MAPPERS[kind]
    return mapper.read(read_json((DOCUMENTED / f"{name}.json").read_bytes(), by_line=mapper.by_line))


@pytest.mark.parametrize(
    ("kind", "name", "levels"),
    [
        ("defender", "defender_alerts", [HIGH, NONE, MEDIUM, NONE]),
        ("defender", "defender_machines", [MEDIUM, NONE]),
        ("crowdstrike", "crowdstrike_alerts", [HIGH, NONE, MEDIUM, HIGH]),
        ("crowdstrike", "crowdstrike_workflow", [HIGH]),
        ("crowdstrike", "crowdstrike_devices", []),
        ("sentinelone", "sentinelone_threats", [HIGH, MEDIUM, LOW, NONE]),
        ("sentinelone", "sentinelone_agents", [HIGH, NONE]),
        ("wazuh", "wazuh", [HIGH, MEDIUM]),
        ("huntress", "huntress", [HIGH, LOW, NONE]),
    ],
)
def test_the_words_of_a_product_come_to_levels(kind: str, name: str, levels: list[Level]) -> None:
    message = read(kind, name)
    assert [one.level for one in message.told] == levels
    assert {one.named.name.partition(".")[0] for one in message.told} <= {"wren", "heron"}
    assert all(one.ref and one.at <= from_iso("2026-11-24T08:59:00Z") for one in message.told)
    assert len({one.ref for one in message.told}) == len(levels)


@pytest.mark.parametrize(
    ("kind", "name", "gone"),
    [
        ("defender", "defender_machines", {"wren": False, "heron": True}),
        ("crowdstrike", "crowdstrike_devices", {"wren": False, "heron": True}),
        ("sentinelone", "sentinelone_agents", {"wren": False, "heron": True}),
        ("wazuh", "wazuh", {"wren": False, "heron": True}),
        ("huntress", "huntress", {"wren": False}),
    ],
)
def test_what_a_product_says_of_its_sensors(kind: str, name: str, gone: dict[str, bool]) -> None:
    alive = read(kind, name).alive
    assert {one.named.name.partition(".")[0]: one.is_gone for one in alive} == gone
    assert all(one.at for one in alive)


def test_a_machine_is_named_by_all_that_the_product_knows_of_it() -> None:
    named = read("crowdstrike", "crowdstrike_alerts").told[0].named
    assert (named.serial, named.name, named.addresses) == ("PF3XWREN", "wren", ("192.0.2.44", "203.0.113.7"))


@pytest.mark.parametrize("kind", MAPPERS)
@pytest.mark.parametrize(
    "body",
    [None, [], {}, "text", 7, [[], "x"], {"value": 3}, {"signals": {}}, {"resources": [None]}, {"threatInfo": None}],
)
def test_what_is_nothing_of_a_product_says_nothing(kind: str, body: object) -> None:
    message = MAPPERS[kind].read(body)
    assert (message.told, message.alive) == ((), ())


def test_every_kind_is_a_table() -> None:
    assert set(KINDS) == set(MAPPERS)
