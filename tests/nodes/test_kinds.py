from __future__ import annotations

from limen.events.kind import Owner
from limen.nodes.kinds import KINDS


def test_what_happens_to_nodes_is_administration_and_acknowledged() -> None:
    assert [kind.name for kind in KINDS] == ["node.joined", "node.removed"]
    assert all(kind.acknowledged and kind.topic.owner is Owner.OFFICE for kind in KINDS)
