from __future__ import annotations

from limen.enforcement.ssh.kinds import KINDS
from limen.events.kind import Owner


def test_what_is_issued_and_ended_is_waited_for_and_is_the_persons_record() -> None:
    kinds = {kind.name: kind for kind in KINDS}
    for name in ("ssh.certificate_issued", "ssh.certificate_ended"):
        assert kinds[name].acknowledged
        assert kinds[name].topic.owner is Owner.PERSON
    assert kinds["ssh.host_refused"].by_strangers
