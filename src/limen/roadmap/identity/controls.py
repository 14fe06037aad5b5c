"""The controls of this phase, in their order."""

from __future__ import annotations

from typing import Final

from limen.roadmap.identity import (
    conditional_access,
    emergency_access,
    every_entry_point,
    known_accounts,
    leavers,
    no_way_round,
    phishing_resistant,
    shared_accounts,
    single_sign_on,
    two_factors,
    weak_sign_ins,
)
from limen.roadmap.model import Control

CONTROLS: Final[tuple[Control, ...]] = (
    known_accounts.CONTROL,
    two_factors.CONTROL,
    phishing_resistant.CONTROL,
    every_entry_point.CONTROL,
    single_sign_on.CONTROL,
    no_way_round.CONTROL,
    conditional_access.CONTROL,
    shared_accounts.CONTROL,
    weak_sign_ins.CONTROL,
    leavers.CONTROL,
    emergency_access.CONTROL,
)
