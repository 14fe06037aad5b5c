"""Who stands behind what, as it is now: groups that policies name, tokens, services, and accounts on hosts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from limen.access.least.orphans import Credential, Orphan, orphans
from limen.clock import Instant
from limen.company.company import Company
from limen.enforcement.ssh import store as ssh
from limen.facts import Person
from limen.facts.access_rules import FILE as ACCESS, NOTHING_TO_ASK
from limen.identity.store import app_tokens, workloads
from limen.policy import Engine, State
from limen.policy.access_diff.person_classes import named_in
from limen.storage import Snapshot
from limen.storage.journal.usage import Use


def held_now(snapshot: Snapshot, uses: Iterable[Use], now: Instant) -> tuple[Credential, ...]:
    """Everything that is held and good: tokens of people for apps, services, and accounts on hosts."""
    connection = snapshot.connection
    asked: dict[str, Instant] = {}
    for one in uses:
        asked[one.actor] = max(asked.get(one.actor, 0), one.newest)
    return (
        *(
            Credential("token", one.id, one.name, one.owner_id, (one.app,), one.made_at, one.used_on)
            for _, one in app_tokens.all_kept(connection)
            if not one.revoked_at and now < one.expires_at
        ),
        *_services(snapshot, asked),
        *(
            Credential("account", account, account, person, (), 0, asked.get(person, 0))
            for person, account in sorted(ssh.accounts(connection).items())
        ),
    )


def _services(snapshot: Snapshot, asked: Mapping[str, Instant]) -> Iterator[Credential]:
    for one in workloads.all_known(snapshot.connection):
        if one.active:
            tokens = workloads.tokens_of(snapshot.connection, one.id)
            made_at = max((token.issued_at for _, token in tokens), default=0)
            yield Credential("service", one.id, one.name, "", tuple(sorted(one.apps)), made_at, asked.get(one.id, 0))


def orphans_now(
    company: Company, people: Mapping[str, Person], held: Iterable[Credential], since: Instant
) -> tuple[Orphan, ...]:
    """What nobody stands behind, under this company's rules."""
    return orphans(
        people,
        company.all_apps.values(),
        company.parts.get(ACCESS) or NOTHING_TO_ASK,
        _named(company.engine()),
        held,
        since=since,
    )


def _named(engine: Engine) -> dict[str, tuple[str, ...]]:
    """The groups that policies name which count, or would."""
    found: dict[str, list[str]] = {}
    for policy in engine.policies:
        if engine.states[policy.id] is not State.OFF:
            for uid in sorted(named_in([policy])):
                if uid.type == "Group":
                    found.setdefault(uid.id, []).append(policy.id)
    return {group: tuple(some) for group, some in found.items()}
