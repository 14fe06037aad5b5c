"""`world` is an app behind the front that a test file names as FRONT, with its documented config; `sso` one that signs
people in by OpenID Connect.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from tests.interop.fronts import Guarded, guarded
from tests.interop.single_sign_on import SingleSignOn, single_sign_on
from tests.journeys.conftest import browse as its_browsers, running_chromium, upstream as its_app

upstream = its_app
browse = its_browsers


@pytest.fixture
async def world(request) -> AsyncIterator[Guarded]:
    async with guarded(request.module.FRONT) as running:
        yield running


@pytest.fixture(scope="session")
def sso(tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[SingleSignOn]:
    """The one that tests share."""
    with single_sign_on(tmp_path_factory.mktemp("sso"), upstream) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def names() -> Iterator[None]:
    """`.localhost` is this machine (RFC 6761 section 6.3), whatever its resolver says."""
    asked = socket.getaddrinfo

    def here(host: Any, *more: Any, **named: Any) -> Any:
        return asked("127.0.0.1" if str(host).endswith(".localhost") else host, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", here)
        yield
