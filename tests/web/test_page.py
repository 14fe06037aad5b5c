"""The values by which page modules say what they answer."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from limen.web.page import MAX_BODY_BYTES, Page, Route
from limen.web.permissions import READ


def test_a_page_declares_its_get_and_nothing_else() -> None:
    page = Page("/console/devices", "Devices", READ)
    assert page.route == Route("GET", "/console/devices", READ)
    assert page.route.max_body_bytes == MAX_BODY_BYTES
    with pytest.raises(FrozenInstanceError):
        page.permission = ()  # type: ignore[misc]
