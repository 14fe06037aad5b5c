"""What comes back from the browser is believed of whoever knows the state, and of nobody else."""

from __future__ import annotations

from threading import Thread
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from limen.cli.from_browser import FromBrowser
from limen.errors import LimenError


def test_only_who_knows_the_state_and_brings_all_is_believed() -> None:
    statuses: list[int] = []

    def browse(port: int) -> None:
        for query in ("", "until=1", "state=wrong&until=1", "state=right", "state=right&until=2"):
            try:
                with urlopen(f"http://127.0.0.1:{port}/?{query}", timeout=60) as answer:
                    statuses.append(answer.status)
            except HTTPError as refused:
                statuses.append(refused.code)

    with FromBrowser("connect", "right", ("until",)) as waiting:
        calling = Thread(target=browse, args=(waiting.server_port,))
        calling.start()
        assert waiting.told(10)["until"] == ["2"]
        calling.join()
    assert statuses == [404, 404, 404, 200, 200]


def test_it_waits_no_longer_than_it_is_told() -> None:
    with FromBrowser("connect", "right", ("until",)) as waiting, pytest.raises(LimenError):
        waiting.told(0.1)
