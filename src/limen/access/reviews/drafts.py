"""What a reviewer can't remove by themselves: a policy gives it to many. The change of the policies is drafted instead.

Nothing of it takes effect: an administrator looks at it, and publishes it as any other change, with all its proofs.
"""

from __future__ import annotations

from collections.abc import Iterable

from limen.access.reviews.model import Effect, Review, ReviewRow, Verdict
from limen.cedar.text import quoted


def draft_of(review: Review, rows: Iterable[ReviewRow]) -> str:
    """A policy for each person and app of which something is to be removed or narrowed; "" where there is nothing."""
    refused: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row.effect is Effect.PROPOSED:
            left = set(row.restores.split()) if row.verdict is Verdict.NARROW else set[str]()
            refused.setdefault((row.app, row.person_id), set()).update(set(row.actions) - left)
    return "\n".join(
        _policy(f"reviewed-{review.id}-{number}", person_id, app, sorted(actions))
        for number, ((app, person_id), actions) in enumerate(sorted(refused.items()), 1)
        if actions
    )


def _policy(name: str, person_id: str, app: str, actions: list[str]) -> str:
    listed = ", ".join(f"Action::{quoted(one)}" for one in actions)
    return (
        f"@id({quoted(name)})\n"
        f"@title({quoted('Access to ' + app + ' that a review found not to be needed')})\n"
        f"@reason({quoted('A review of access found that you do not need this.')})\n"
        f"forbid (\n  principal == Person::{quoted(person_id)},\n  action in [{listed}],\n"
        f"  resource == App::{quoted(app)}\n);\n"
    )
