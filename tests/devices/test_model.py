from __future__ import annotations

import json

from tests.devices.seen import checks

from limen.devices.model import Reason, checks_to_json


def test_checks_are_kept_as_they_were_told() -> None:
    told = {one["id"]: one for one in json.loads(checks_to_json(checks({"edr": Reason.DENIED})))}
    assert told["firewall"]["observed"] == {"enabled": True, "how": "nftables"}
    assert (told["edr"]["state"], told["edr"]["reason"], "observed" in told["edr"]) == ("unknown", "denied", False)
