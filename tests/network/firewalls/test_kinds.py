from __future__ import annotations

from limen.events.kind import Owner, Severity
from limen.network.firewalls.kinds import KINDS


def test_who_changed_a_firewall_is_on_record_and_drift_is_grave() -> None:
    kinds = {kind.name: kind for kind in KINDS}
    for name in ("network.change_made", "network.change_confirmed", "network.change_undone"):
        assert kinds[name].acknowledged
        assert kinds[name].topic.owner is Owner.OFFICE
    assert kinds["network.drift"].severity is Severity.HIGH
    assert kinds["network.firewall_refused"].by_strangers
