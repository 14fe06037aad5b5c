"""What happens to nodes."""

from __future__ import annotations

from typing import Final

from limen.events.headings import ADMINISTRATION
from limen.events.kind import LIFECYCLE, Kind, Owner, Topic

_NODES: Final = Topic(ADMINISTRATION, Owner.OFFICE, "Nodes")
KINDS: Final = (
    Kind("node.joined", "A node joined", _NODES, LIFECYCLE, 1, shown=("node", "address"), acknowledged=True),
    Kind("node.removed", "A node was removed", _NODES, LIFECYCLE, 4, shown=("node",), acknowledged=True),
)
