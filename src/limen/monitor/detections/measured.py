"""What finds something and is no rule in Sigma: travel, what is not usual, clocks. Each tells of itself as rules do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.monitor.detections.rule import About
from limen.monitor.detections.travel.travel import ABOUT
from limen.monitor.detections.usual.about import OWN
from limen.monitor.detections.wrong_clocks import ABOUT as WRONG_CLOCK

MEASURED: Final[Mapping[str, About]] = {one.id: one for one in (ABOUT, *OWN, WRONG_CLOCK)}
"""By their ids, as findings carry them."""
