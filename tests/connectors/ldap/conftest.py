"""A real slapd for each test, and a real domain controller for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests import slapd
from tests.real_parts import need
from tests.slapd import Slapd


@pytest.fixture
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    need(slapd.has_slapd(), "slapd is not installed")
    with slapd.running(tmp_path_factory.mktemp("slapd")) as running:
        yield running
