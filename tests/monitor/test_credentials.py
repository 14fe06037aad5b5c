"""After a restore no sender's proof counts: a backup does not know what was removed since."""

from __future__ import annotations

from tests.monitor.houses import harbor, send, sources_of
from tests.web.conftest import House

from limen.credentials import Cause, Ending
from limen.monitor.credentials import CREDENTIALS

__all__ = ["harbor"]


async def test_a_restore_ends_them_all(harbor: House) -> None:
    token = await sources_of(harbor).add_token("app", "wren", by="server")
    assert (await send(harbor, token, b'{"a": 1}')).status_code == 200
    (kind,) = CREDENTIALS
    ended = kind.how(Cause.RESTORED)
    assert callable(ended)
    ending = Ending(cause=Cause.RESTORED, now=harbor.clock.now())
    assert await harbor.limen.core.write(lambda t: ended(t, ending)) == 1
    assert (await send(harbor, token, b'{"a": 1}')).status_code == 403
