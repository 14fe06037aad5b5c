"""What was issued counts for whom it is so decided now: the sign-in, its session, its person and its app."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.sso.client import Grafana
from tests.web.conftest import Browser, House

from limen.clock import HOUR
from limen.pillar import SignOn
from limen.sso import sign_ins
from limen.sso.oidc.calls import Calls
from limen.sso.oidc.keys import Keys
from limen.storage.journal import Journal


async def test_a_sign_in_counts_while_it_is_so_decided(
    house: House, mia: Browser, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    await grafana.tokens(mia)
    (held,) = await house.limen.core.database.reading(lambda snapshot: sign_ins.open_sign_ins(snapshot.connection))
    calls = Calls(house.limen.core, house.limen.core.offers.take(SignOn), Keys(()), b"")
    permitted = calls.decided(held)
    assert permitted.person is not None
    assert (permitted.person.id, permitted.is_unavailable) == (held.person_id, False)
    gone = [None, replace(held, ended_at=1), replace(held, app="nowhere"), replace(held, session_id="nobody")]
    assert [calls.decided(one).session for one in gone] == [None] * 4
    with monkeypatch.context() as full:
        full.setattr(Journal, "writable", property(lambda _journal: False))
        assert (calls.decided(held).session, calls.decided(held).is_unavailable) == (None, True)
    old = replace(held, app="desk")  # wants a passkey of this hour
    house.clock.forward(HOUR)
    refused = calls.decided(old)
    assert (refused.session, refused.is_unavailable, refused.id != "") == (None, False, True)
