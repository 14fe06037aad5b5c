"""The test event that goes the whole way each minute, and the rule that must find it."""

from __future__ import annotations

from typing import Final

import msgspec

from limen.clock import Instant
from limen.monitor.detections.chosen import Chosen
from limen.monitor.normal_form.frame import CANARY, Frame

RULE: Final = "3f6c9a0e-6a1d-4f0b-9d5b-7c1e0a4b5d21"
NAME: Final = "limen-canary"
FILE: Final = "limen/canary"
"""No file of the company's folder is called so, and it is read first: nothing can take the rule's place."""
TEXT: Final = f"""title: A test event of Limen's own
id: {RULE}
name: {NAME}
logsource: {{product: {CANARY}}}
detection:
  selection: {{source: {CANARY}, kind: canary}}
  condition: selection
level: informational
"""
NONCE: Final = "object"


def with_canary(chosen: Chosen) -> Chosen:
    """With the rule, which nobody can turn off: without it nobody would know whether anything is seen."""
    off = tuple([one for one in chosen.off if one not in {RULE, NAME}])
    return msgspec.structs.replace(chosen, texts={FILE: TEXT, **chosen.texts}, off=off)


def canary(nonce: str, now: Instant) -> Frame:
    """A test event, told from all others by `nonce`. It names nobody and no machine, so nothing learns from it."""
    said = {"product": CANARY, "kind": "canary", NONCE: nonce, "at": now}
    return Frame(source=CANARY, kind="json", received_at=now, data=msgspec.json.encode(said))
