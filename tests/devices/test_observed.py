from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.devices.software_agent import HEALTHY

from limen.devices.observed import OBSERVED, read
from limen.facts import CHECKS


def test_every_check_has_its_shape() -> None:
    assert tuple(OBSERVED) == CHECKS
    assert all(read(name, told) for name, told in HEALTHY.items())


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("firewall", {"enabled": "yes"}),
        ("firewall", {"enabled": 1}),
        ("firewall", {"enabled": True, "enabledd": True}),
        ("firewall", {}),
        ("firewall", []),
        ("firewall", None),
        ("updates", {"pending": -1, "security": 0, "lists_age_days": 0}),
        ("updates", {"pending": 1, "security": 10**9, "lists_age_days": 0}),
        ("updates", {"pending": 1, "security": 1, "lists_age_days": 0, "oldest_days": 1.5}),
        ("os", {"name": "x" * 101, "version": "1"}),
        ("os", {"name": "debian", "version": "13", "supported_until": "never"}),
        ("disk_encryption", {"encrypted": True, "volumes": [{"mount": "/", "encrypted": True}] * 51}),
        ("threats", {"active": [{"name": "a", "at": 1}] * 21}),
        ("administrators", {"count": 1, "names": ["a"] * 51}),
    ],
)
def test_what_does_not_fit_is_refused_and_never_a_pass(check: str, told: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(check, told)
