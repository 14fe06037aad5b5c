"""Where somebody has accounts; the way through a departure is in test_delivery.py."""

from __future__ import annotations

from tests.sso.provisioning.at_wiki import WIKI, AtWiki
from tests.sso.provisioning.rows import NOW, account

from limen.pillar import Provisioned
from limen.sso.provisioning import store
from limen.sso.provisioning.apps import UNKNOWN
from limen.sso.provisioning.model import State


async def test_what_nothing_ends_any_more_says_so(wiki: AtWiki) -> None:
    core = wiki.house.limen.core
    several = [
        account(1, State.LEAVING, person_id="pe_x", app="gone", left_at=NOW),
        account(2, State.INACTIVE, person_id="pe_x", app=WIKI, left_at=NOW, off_at=NOW + 1),
        account(3, State.WAITING, person_id="pe_x", app="other"),
    ]
    await core.database.writing(lambda t: [store.add(t.connection, one) for one in several])
    found = core.database.read(lambda s: core.offers.take(Provisioned).of(s, "pe_x"))
    assert [(one.app, one.is_outstanding, one.off_at, one.error) for one in found] == [
        ("gone", True, 0, UNKNOWN),
        (WIKI, False, NOW + 1, ""),
    ]
    assert core.database.read(lambda s: core.offers.take(Provisioned).of(s, "pe_y")) == []
