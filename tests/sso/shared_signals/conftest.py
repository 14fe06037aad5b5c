"""Harbor that tells two services of security events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests import signal_receiver
from tests.sso.shared_signals.at_receivers import PUSHED, AtReceivers, write
from tests.web.conftest import ORIGIN, move_in

from limen.pillars import pillars

pillars()  # what is declared, for those that open a database alone


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[signal_receiver.Receiver]:
    with signal_receiver.serving(tmp_path, monkeypatch, PUSHED, ORIGIN) as serving:
        yield serving


@pytest.fixture
async def signals(there: signal_receiver.Receiver, tmp_path: Path) -> AsyncIterator[AtReceivers]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", lambda folder: write(folder, there.port))
        yield AtReceivers(house, there)
