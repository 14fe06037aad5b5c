"""The permissions that pages declare."""

from __future__ import annotations

from typing import Final, TypeAlias

from limen.policy.roles import ADMINISTER, AUDIT, SUPPORT

Permission: TypeAlias = tuple[str, ...]
"""Actions on Limen any of which opens a page. Whoever may administer may read and help, too, so it comes last."""

READ: Final[Permission] = (AUDIT, ADMINISTER)
SEE_PEOPLE: Final[Permission] = (AUDIT, SUPPORT, ADMINISTER)
HELP: Final[Permission] = (SUPPORT, ADMINISTER)
CHANGE: Final[Permission] = (ADMINISTER,)
VIEW: Final[Permission] = ("view",)
"""What opens the portal: whatever employees do for themselves."""
