from __future__ import annotations

from limen.devices.kinds import KINDS
from limen.events.kind import Owner, Severity


def test_all_of_it_is_about_its_owner_and_what_strangers_cause_is_bounded() -> None:
    by_owner = {owner: {kind.name for kind in KINDS if kind.topic.owner is owner} for owner in Owner}
    assert by_owner[Owner.OFFICE] == {"device.source_token_made", "device.source_secret_kept"}
    assert by_owner[Owner.LIMEN] == {
        "device.source_refused",
        "device.source_failed",
        "device.source_back",
        "device.node_enrolled",
    }
    assert {kind.name for kind in KINDS if kind.by_strangers} == {"device.refused", "device.source_refused"}
    assert {kind.name for kind in KINDS if kind.severity is Severity.CRITICAL} == {
        "device.cloned",
        "device.cookie_copied",
    }
