"""Who published a revision, as people call them. Revisions hold opaque ids; names live where they can be erased."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.devices import store as devices
from limen.identity.store import people, workloads
from limen.storage import Snapshot

SERVER: Final = "server"
"""The author of what was published on the server itself, by whoever may start programs there; also a `via`."""
CONSOLE: Final = "console"
"""The `via` of what a person published in the console, after proving again who they are."""
BREAK_GLASS: Final = "breakglass"
"""The `via` of what was published in the console under break-glass, by the person who was given it."""


REQUEST: Final = "request"
"""The `via` of a flow that somebody asked for, and its approval put in force, as access.yaml lets it."""


def published_where(via: str) -> str:
    """Where something was published, after "Ada Harbor" or the like."""
    return {
        SERVER: "on the server",
        BREAK_GLASS: "under break-glass",
        REQUEST: "by approving a request",
    }.get(via, "in the console")


def author_name(snapshot: Snapshot, author: str) -> str:
    """The name of a revision's author; the bare id once they are no longer in the database."""
    if author == SERVER:
        return "the server's operator"
    person = people.by_id(snapshot.connection, author)
    return person.name if person is not None and person.name else author


def proof_sentence(proof: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Who was proved to be able to administer Limen, and how; "" where nothing was proved."""
    if not proof:
        return ""
    person = str(proof.get("person", ""))
    who = "The first administrator" if person == "the-first-administrator" else names.get(person, person)
    how = " and ".join(f"a {factor.replace('_', ' ')}" for factor in proof.get("factors", ()))
    where = f", from the network {proof['network']}" if proof.get("network") else ""
    return f"{who} can still administer Limen with {how}{where} ({', '.join(proof.get('permits', ()))})."


def names_of(snapshot: Snapshot) -> dict[str, str]:
    """Everybody's name by opaque id, and each workload's and device's, for whoever may see them."""
    services = {one.id: one.name for one in workloads.all_known(snapshot.connection)}
    theirs = devices.names(snapshot.connection)
    return {**theirs, **services, **{person.id: person.name for person in people.everybody(snapshot.connection)}}
