"""Every kind of event, and its place in OCSF 1.4 (https://schema.ocsf.io)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """`class_uid` and `activity_id` as OCSF numbers them; `title` is the sentence a person reads.

    `acknowledged` events are waited for: what they tell must survive the moment it is answered.
    """

    name: str
    title: str
    class_uid: int
    activity_id: int
    acknowledged: bool = False


_AUTHENTICATION, _ACCOUNT, _ENTITY, _HTTP, _LIFECYCLE, _FINDING, _EMAIL = 3002, 3001, 3004, 4002, 6002, 2004, 4009

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("decision", "A request was decided", _HTTP, 99),
        Kind("request.refused", "A request was refused before a decision", _HTTP, 99),
        Kind("upstream.failed", "An app did not answer", _HTTP, 99),
        Kind("request.stripped", "A request claimed what only Limen may say", _HTTP, 99),
        Kind("stream.cut", "A stream was cut: its session or facts changed", _HTTP, 99),
        Kind("sign_in.succeeded", "Signed in", _AUTHENTICATION, 1, acknowledged=True),
        Kind("sign_in.failed", "Sign-in failed", _AUTHENTICATION, 1),
        Kind("sign_in.slowed", "Sign-in slowed: too many guesses", _AUTHENTICATION, 1),
        Kind("session.app_opened", "An app session was opened", _AUTHENTICATION, 1),
        Kind("session.hand_over_refused", "A hand-over to an app was refused", _AUTHENTICATION, 1),
        Kind("session.revoked", "A session was ended", _AUTHENTICATION, 2, acknowledged=True),
        Kind(
            "sessions.revoked",
            "Everything issued before an instant was ended",
            _AUTHENTICATION,
            2,
            acknowledged=True,
        ),
        Kind("step_up.succeeded", "Proved again, more strongly", _AUTHENTICATION, 1, acknowledged=True),
        Kind("person.invited", "A person was invited", _ACCOUNT, 1, acknowledged=True),
        Kind("person.enrolled", "A person enrolled", _ACCOUNT, 2, acknowledged=True),
        Kind("person.changed", "A person was changed", _ACCOUNT, 99, acknowledged=True),
        Kind("person.looked_at", "Somebody looked at a person's events", _ENTITY, 2),
        Kind("person.erased", "A person was erased", _ACCOUNT, 6, acknowledged=True),
        Kind("person.exported", "A copy of a person's data was made", _ACCOUNT, 99, acknowledged=True),
        Kind("link.issued", "A one-time link was issued", _ACCOUNT, 1, acknowledged=True),
        Kind("link.refused", "A one-time link was refused", _ACCOUNT, 99),
        Kind("mail.sent", "A mail was sent", _EMAIL, 1),
        Kind("mail.failed", "A mail could not be sent", _EMAIL, 1),
        Kind("factor.added", "A factor was added", _ACCOUNT, 3, acknowledged=True),
        Kind("factor.removed", "A factor was removed", _ACCOUNT, 99, acknowledged=True),
        Kind("recovery.codes_made", "Recovery codes were made", _ACCOUNT, 3, acknowledged=True),
        Kind("recovery.code_used", "A recovery code was used", _ACCOUNT, 99, acknowledged=True),
        Kind("recovery.refused", "A recovery code was refused", _AUTHENTICATION, 1),
        Kind("workload.added", "A workload was added", _ACCOUNT, 1, acknowledged=True),
        Kind("workload.token_issued", "A workload was given a token", _ACCOUNT, 3, acknowledged=True),
        Kind("workload.revoked", "A workload and its tokens were ended", _ACCOUNT, 5, acknowledged=True),
        Kind("workload.refused", "A program asked without a good token", _AUTHENTICATION, 1),
        Kind("token.made", "A program was given a token", _ACCOUNT, 3, acknowledged=True),
        Kind("token.revoked", "A program's token was ended", _ACCOUNT, 5, acknowledged=True),
        Kind("revision.published", "A revision was published", _ENTITY, 3, acknowledged=True),
        Kind("break_glass.used", "Break-glass was used", _AUTHENTICATION, 99, acknowledged=True),
        Kind("limen.started", "Limen started", _LIFECYCLE, 3),
        Kind("limen.stopped", "Limen stopped", _LIFECYCLE, 4),
        Kind("disk.low", "Room for the journal and the database is running out", _LIFECYCLE, 99),
        Kind("disk.recovered", "There is room again", _LIFECYCLE, 99),
        Kind("limen.restored", "Limen was restored from a backup", _LIFECYCLE, 99, acknowledged=True),
        Kind("limen.upgraded", "The database was brought over to a newer Limen", _LIFECYCLE, 99),
        Kind("backup.taken", "A backup was taken", _LIFECYCLE, 99),
        Kind("backup.failed", "A backup could not be taken", _LIFECYCLE, 99),
        Kind("key.exported", "The master key was written out", _LIFECYCLE, 99),
        Kind("journal.recovered", "The journal was recovered after a hard stop", _LIFECYCLE, 99),
        Kind("journal.damaged", "The journal is not as it was left", _LIFECYCLE, 99),
        Kind("journal.dropped", "Events could not be kept while the journal was unwritable", _LIFECYCLE, 99),
        Kind("journal.expired", "Journal segments past their keeping time were deleted", _LIFECYCLE, 99),
        Kind("journal.erased", "The own bodies of erased people were erased from the journal", _LIFECYCLE, 99),
        Kind("journal.sealed", "A journal segment was sealed", _LIFECYCLE, 99),
    )
}
