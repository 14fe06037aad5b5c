"""A real slapd for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests import slapd
from tests.slapd import Slapd


@pytest.fixture
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    if not slapd.has_slapd():
        pytest.skip("slapd is not installed")
    with slapd.running(tmp_path_factory.mktemp("slapd")) as running:
        yield running
