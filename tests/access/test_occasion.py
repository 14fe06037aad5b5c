"""What happens is an event that names ids, and nobody's words."""

from __future__ import annotations

from tests.access.rows import NOW, WHY, grant, request

from limen.access.occasion import event_of


def test_an_event_says_what_and_whose_and_not_why() -> None:
    for about in (request(ticket="HD-1", device_id="d1"), grant(device_id="d1")):
        said = event_of("access.granted", about, NOW, "farid", until=7)
        assert (said.actor, said.subject, said.device) == ("farid", "oscar", "d1")
        assert said.details == {"app": "crm", "actions": "view", "rule": "stand-in", "until": 7}
        assert WHY not in str(said)
