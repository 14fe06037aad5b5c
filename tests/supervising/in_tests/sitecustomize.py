"""Python reads this at its start where it finds it.

Who kills a hundred workers does not wait for pauses that grow: the parent starts each again at once. And with
`LIMEN_IS_PATIENT` a lease lasts a minute: on a machine with many times its work a worker's loop may not get its turn
for seconds. Limen is right to refuse everything then, and a test of something else would fail.
"""

from __future__ import annotations

import os
import sys

_command = " ".join(sys.orig_argv)
if "limen.cli.main serve" in _command:
    from limen.supervising import parent

    parent.LONGEST_PAUSE_SECONDS = parent.FIRST_PAUSE_SECONDS = 0.05  # type: ignore[misc]
if "limen.cli.worker" in _command and os.environ.get("LIMEN_IS_PATIENT"):
    from limen.storage import change_feed

    change_feed.LEASE_SECONDS = 60.0
