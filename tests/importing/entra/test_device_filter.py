from __future__ import annotations

import pytest

from limen.importing.conditions import (
    NEVER,
    Condition,
    HealthyDevice,
    ManagedDevice,
    NotOnPlatforms,
    OnPlatforms,
    all_of,
    any_of,
)
from limen.importing.entra.device_filter import MOST_TEXT, FilterError, certainly

IS_COMPLIANT = "device.isCompliant -eq True"


@pytest.mark.parametrize(
    ("rule", "matches", "condition", "is_exact"),
    [
        (IS_COMPLIANT, True, HealthyDevice(), True),
        ("device.isCompliant -ne True", False, HealthyDevice(), True),
        (IS_COMPLIANT, False, NEVER, False),  # nobody is let off by being worse
        ("device.isCompliant -eq False", False, HealthyDevice(), False),  # an unregistered device is let off there
        ('device.trustType -in ["AzureAD", "ServerAD"]', True, ManagedDevice(), True),
        ('device.trustType -eq "ServerAD"', True, ManagedDevice(), False),
        ('device.deviceOwnership -eq "Company"', True, ManagedDevice(), True),
        ('device.operatingSystem -eq "Windows"', True, OnPlatforms(("windows",)), True),
        ('device.operatingSystem -ne "iOS"', True, NotOnPlatforms(("ios", "ipados")), False),
        ('device.model -startsWith "Surface"', True, NEVER, False),
        (f'{IS_COMPLIANT} -or device.model -contains "X"', True, HealthyDevice(), False),
        (f"-not ({IS_COMPLIANT})", False, HealthyDevice(), True),
        (
            f'{IS_COMPLIANT} -and (device.deviceOwnership -eq "Company" -or device.operatingSystem -eq "Linux")',
            True,
            all_of(HealthyDevice(), any_of(ManagedDevice(), OnPlatforms(("linux",)))),
            True,
        ),
    ],
)
def test_which_devices_certainly_match_or_do_not(
    rule: str, matches: bool, condition: Condition, is_exact: bool
) -> None:
    found = certainly(rule, matches=matches)
    assert (found.condition, found.is_exact) == (condition, is_exact)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "device.isCompliant",
        "device.isCompliant -eq",
        "isCompliant -eq True",
        "device.isCompliant -matches True",
        f"({IS_COMPLIANT}",
        f"{IS_COMPLIANT})",
        'device.model -eq "never closed',
        "device.model -in [",
        "(" * 30 + IS_COMPLIANT + ")" * 30,
        "-not " * 40 + IS_COMPLIANT,
        f'device.model -eq "{"x" * MOST_TEXT}"',
    ],
)
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(FilterError):
        certainly(rule, matches=True)
