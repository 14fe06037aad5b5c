"""What Keycloak answered to people of the export, as policy tests: for apps that everybody could sign in to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from limen.importing.conditions import Strength
from limen.importing.model import App, Expected, Person


def expected_of(app: App, people: Iterable[Person]) -> Iterator[Expected]:
    """That everybody with an account gets in as strongly as the flow asked for, and not more weakly."""
    if app.patterns or len(app.access) != 1 or not any(one.is_active for one in people):
        return
    when = app.access[0].when
    if not isinstance(when, Strength):
        return
    for strength in (when.least - 1, when.least):
        if strength:
            yield Expected(
                f"{app.name} with strength {strength}",
                app.key,
                (),
                is_permitted=strength >= when.least,
                strength=strength,
            )
