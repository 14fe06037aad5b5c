"""What somebody's tokens would open now: each decided as a program's request with it would be."""

from __future__ import annotations

from dataclasses import dataclass

from limen.clock import Instant
from limen.facts import App, Person
from limen.identity.tokens import TokenRow
from limen.policy import Request
from limen.web.site import Site


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """A token that is good. `opens` are the actions of it that would be permitted now, `why` what stands before the
    first of the others ("": nothing does).
    """

    row: TokenRow
    app: App
    opens: tuple[str, ...]
    why: str


async def token_access(site: Site, person: Person, now: Instant) -> list[TokenAccess]:
    """All that are good, of apps that there are: from where each was used last, as far as that is known."""
    engine, known, found = site.ports.in_force.engine, site.known, []
    for token in await site.identity.tokens.of_owner(person.id):
        row, app = site.identity.tokens.row(token), known.apps.get(token.app)
        if app is None or not row.is_good:
            continue
        facts = known.facts(known.tokens.get(token.id) or token.session, app, known.used_from(token.id))
        answers = {one: engine.decide(Request(one, host=app.host), facts, now) for one in sorted(token.actions)}
        refused = [one for one in answers.values() if not one.is_permit]
        why = refused[0].reasons[0].title or refused[0].reasons[0].policy if refused else ""
        found.append(TokenAccess(row, app, tuple(one for one, said in answers.items() if said.is_permit), why))
    return found
