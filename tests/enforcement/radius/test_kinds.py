from __future__ import annotations

from limen.enforcement.radius.kinds import KINDS
from limen.events.kind import Owner, Severity


def test_who_was_let_in_is_waited_for_and_what_was_not_me_is_grave() -> None:
    kinds = {kind.name: kind for kind in KINDS}
    for name in ("radius.session_began", "radius.session_ended", "radius.not_me"):
        assert kinds[name].acknowledged
        assert kinds[name].topic.owner is Owner.PERSON
    assert kinds["radius.not_me"].severity is Severity.HIGH
    assert kinds["radius.refused"].by_strangers
