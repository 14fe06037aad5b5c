"""What clouds are told without being asked: as much as their documents, read back, let through."""

from __future__ import annotations

import json

import pytest
from tests.network.emit.clouds import IN_CLOUD, TODAY, cloud
from tests.network.networks import flow, way

from limen.network.model import Firewall
from limen.network.remote.clouds import CLOUDS, cloud_rules
from limen.network.remote.saying import change


@pytest.mark.parametrize("kind", sorted(CLOUDS))
def test_what_is_told_is_read_back_as_what_is_meant(kind: str) -> None:
    of = cloud(kind, [flow("shop", way("office", "web")), flow("db", way("app", "data", "sql"))]).network
    rules = cloud_rules(of, Firewall("cloud", kind, IN_CLOUD, "", "harbor"), TODAY)
    assert change(rules.read([json.dumps(rules.document)]).ruleset, rules.meant).is_nothing
    assert rules.unfit == ()
    assert "resource" in json.loads(json.dumps(rules.terraform))
