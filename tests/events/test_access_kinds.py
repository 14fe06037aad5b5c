from __future__ import annotations

from limen.events.access_kinds import ACCESS_KINDS
from limen.events.kind import Owner


def test_what_concerns_an_app_is_on_its_timeline_and_all_of_it_is_the_persons_own() -> None:
    of_apps = {kind.name for kind in ACCESS_KINDS if kind.app_filters}
    refused = {"request.refused", "request.cross_site"}
    assert of_apps == {"decision", "session.app_opened", "upstream.failed", "stream.cut", *refused}
    assert {kind.topic.owner for kind in ACCESS_KINDS} == {Owner.PERSON}
