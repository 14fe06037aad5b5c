"""Whether a passkey may have come into other hands than its person's: by a link that somebody else has seen.

Whoever issues a link can use it, and then be that person. Any passkey added since is in doubt as well, for one that a
link added can add the next.
"""

from __future__ import annotations

from limen.clock import Instant
from limen.identity.model import ADMINISTRATORS, Link, Passkey
from limen.identity.store import factors, links, people
from limen.storage import Snapshot


def may_be_borrowed(snapshot: Snapshot, session_id: str, other_id: str, since: Instant) -> bool:
    """Whether the passkey that proved a session last may have been added by means of a link that `other_id` issued, or,
    since that instant, of an access pass or a recovery link, whoever issued it.

    An invitation of an administrator's is no such link: administrators make whatever account they like. What no passkey
    proved was added by no link.
    """
    connection = snapshot.connection
    passkey = factors.passkey_of_session(connection, session_id)
    if passkey is None:
        return False
    administrators = people.active_in(connection, ADMINISTRATORS)
    used = links.used_by(connection, passkey.person_id)
    return any(_may_have_added(one, passkey) and _is_doubtful(one, other_id, since, administrators) for one in used)


def _may_have_added(link: Link, passkey: Passkey) -> bool:
    return passkey.added_at >= link.issued_at


def _is_doubtful(link: Link, other_id: str, since: Instant, administrators: frozenset[str]) -> bool:
    if link.brings_back and link.spent_at >= since:
        return True
    is_theirs = link.issued_by == other_id and other_id not in {"", link.person_id}
    return is_theirs and (link.brings_back or other_id not in administrators)
