"""What policies alone decide is worked out once for a company, and not at each look: it is most of what a look costs.

It holds as long as the same is asked of the same people, and time changes nothing: where a policy names an instant, or
an app is being brought in, it is worked out anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from limen.clock import Instant
from limen.company.company import Company

T = TypeVar("T")
_INSTANT: Final = "datetime("
"""How Cedar writes one (https://docs.cedarpolicy.com/policies/syntax-datatypes.html)."""
_POLICIES: Final = "policies/"


def lasting(company: Company, name: str, about: Hashable, now: Instant, make: Callable[[], T]) -> T:
    """What `make` gives; what it gave last for this name, where `about` is equal and time changes nothing. Of each name
    one is kept.
    """
    if not is_timeless(company, now):
        return make()
    key = f"roadmap: {name}"
    kept: tuple[Hashable, Any] | None = company.memo.get(key)
    if kept is None or kept[0] != about:
        kept = company.memo[key] = (about, make())
    found: T = kept[1]
    return found


def is_timeless(company: Company, now: Instant) -> bool:
    """Whether what policies say of somebody depends on no instant but on how long ago something was."""
    is_named = any(_INSTANT in text for name, text in company.files.items() if name.startswith(_POLICIES))
    return bool(company.files) and not is_named and not any(one.onboarding_until > now for one in company.apps)
