"""What is said to Azure and Google Cloud lets through what was meant: read back from the documents of their APIs.

Neither has an emulator; the files for Terraform are held against what their providers' references name.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.dial import size
from tests.network.emit.clouds import cloud, random_cloud
from tests.network.networks import flow, way

from limen.network.emit import azure, gcp
from limen.network.emit.azure import azure_rules
from limen.network.emit.gcp import gcp_rules
from limen.network.emit.guarded import Guarded
from limen.network.emit.ordered import Ordered
from limen.network.model import Block
from limen.network.packets.decision_diagrams import are_equal

SCHEMAS = Path(__file__).parent / "terraform_schemas"
SAID: dict[str, Callable[[Guarded], Ordered]] = {"azure": azure_rules, "gcp": gcp_rules}
pytestmark = pytest.mark.parametrize("kind", SAID)


def terraform(kind: str, said: Ordered, wanted: Guarded) -> dict[str, Any]:
    return (
        azure.terraform(said, wanted, "harbor", "westeurope")
        if kind == "azure"
        else gcp.terraform(said, wanted, "harbor")
    )


def test_what_is_read_back_is_what_was_meant_but_for_what_is_said_not_to_fit(kind: str) -> None:
    schema = jsonschema_rs.validator_for(json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8")))
    for seed in range(size(60)):
        wanted = random_cloud(kind, random.Random(seed), icmp=False)
        said = SAID[kind](wanted)
        assert not [one for one in said.unfit if kind == "gcp"], seed
        assert are_equal(said.actual, wanted.without(frozenset(one.id for one in said.unfit)).ruleset), seed
        schema.validate(terraform(kind, said, wanted))


def test_a_block_stands_before_what_it_cuts(kind: str) -> None:
    wanted = cloud(kind, [flow("in", way("office", "web", "any"))], [Block("no", way("desk", "web", "ssh"), "no")])
    said = SAID[kind](wanted)
    assert not said.unfit
    assert [one.id for one in said.inward["web"]][2:] == ["no", "no", "in", "in"][-len(said.inward["web"]) + 2 :]
    assert are_equal(said.actual, wanted.ruleset)


def test_a_type_of_icmp_can_not_be_said_and_stays_closed(kind: str) -> None:
    said = SAID[kind](cloud(kind, [flow("ping", way("office", "web", "ping")), flow("in", way("office", "web"))]))
    assert [one.id for one in said.unfit] == ["ping"]


def test_a_block_that_can_not_be_said_closes_what_it_cuts(kind: str) -> None:
    wanted = cloud(
        kind,
        [flow("all", way("office", "web", "any")), flow("in", way("guests", "web"))],
        [Block("no-ping", way("office", "web", "ping"), "no")],
    )
    assert [one.id for one in SAID[kind](wanted).unfit] == ["all"]


def test_the_internet_is_every_address_that_no_zone_has(kind: str) -> None:
    said = SAID[kind](cloud(kind, [flow("shop", way("internet", "web"))]))
    assert not said.unfit
    [four] = [one for one in said.inward["web"] if one.id == "shop" and one.family == 4]
    assert "10.10.0.0/24" not in four.sources
    assert len(four.sources) > 20


def test_a_zone_goes_by_its_tag(kind: str) -> None:
    wanted = cloud(kind, [flow("shop", way("office", "web"))], tags=True)
    assert "sg-0a1b" in SAID[kind](wanted).known.groups
