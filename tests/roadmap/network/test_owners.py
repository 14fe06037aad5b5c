"""Who may own a flow."""

from __future__ import annotations

from tests.roadmap.people import member

from limen.identity.model import PersonStatus
from limen.roadmap.evidence import Evidence
from limen.roadmap.network.owners import is_owned, owners


def test_only_who_is_active_owns_something() -> None:
    gone = member("Ben", groups=("sales",), status=PersonStatus.INACTIVE)
    by = owners(Evidence(at=1, members=(member("Ada"), gone)))
    owned = [one for one in ("Ada@Harbor.example", "staff", "sales", "ben@harbor.example", "") if is_owned(one, by)]
    assert owned == ["Ada@Harbor.example", "staff"]
