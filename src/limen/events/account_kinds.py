"""What happens to people and programs: accounts, links, mails, factors, tokens, workloads."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from limen.events.headings import ACCOUNTS, ADMINISTRATION, CHANGES, FACTORS, TOKENS
from limen.events.kind import ACCOUNT, AUTHENTICATION, EMAIL, ENTITY, Kind, Owner, Topic

_ONES_OWN, _OFFICE = Owner.PERSON, Owner.OFFICE
_PERSON = Topic(ACCOUNTS, _OFFICE, "Your account and your groups", "Your account or your groups", (CHANGES,))
_ENROLLED = replace(_PERSON, owner=_ONES_OWN, filters=(FACTORS, CHANGES))
_LOOKED_AT = replace(_PERSON, singular="Someone viewed your events")
_EXPORTED = replace(_PERSON, owner=_ONES_OWN)
_LINK = Topic(ACCOUNTS, _ONES_OWN, "One-time links", "A one-time link", (FACTORS,))
_MAIL = Topic(ACCOUNTS, _ONES_OWN, "Emails to you", "An email to you", (FACTORS,))
_FACTOR = replace(_LINK, plural="Your passkeys, password and code", singular="Your passkey, password or code")
_RECOVERY = Topic(ACCOUNTS, _ONES_OWN, "Recovery codes", "A recovery code", (FACTORS,))
_WORKLOAD = Topic(ADMINISTRATION, _OFFICE, "Workloads you changed", "A workload you changed", (CHANGES,))
_TOKEN = Topic(ACCOUNTS, _ONES_OWN, "Your tokens", "Your token", (CHANGES,))
_CHANGED = {
    "change=groups": "Your groups were changed",
    "change=name": "Your name was changed",
    "change=email": "Your email address was changed",
    "change=let-go": "Your access was deactivated",
    "change=taken-back": "Your access was restored",
    "change=suspended": "Your access was suspended",
    "change=resumed": "Your access was restored after it was suspended",
    "change=first-day": "Your first day was entered",
    "change=first-day-removed": "Your first day was removed",
    "change=last-day": "Your last day was entered",
    "change=last-day-removed": "Your last day was removed",
    "change=link-revoked": "A one-time link was cancelled",
}
_INVITED = {"": "You were invited"}
_DID_ENROL = {"": "You enrolled"}
_COPIED = {"": "A copy of your data was created"}
_ISSUED = {
    "purpose=access_pass": "An access pass was issued",
    "purpose=second_device": "A link for another device was created",
    "purpose=invitation": "An enrolment link was issued",
}
_ADDED = {
    "factor=passkey": "A passkey was added",
    "factor=password": "A password was set",
    "factor=code": "An authenticator app was set up",
    "factor=issuer": "An account elsewhere was linked",
}
_REMOVED = {
    "factor=passkey": "A passkey was removed",
    "factor=password": "The password was removed",
    "factor=code": "The authenticator app was removed",
    "factor=issuer": "An account elsewhere was unlinked",
}
_BREACHED = {"": "The password was found in a list of stolen ones"}
_CODES_MADE = {"": "Recovery codes were created"}
_CODE_USED = {"": "A recovery code was used"}
_CODE_WRONG = {"": "Someone entered a wrong recovery code"}
_OF_APPS = (TOKENS,)
_GIVEN = ("why", "actions")

ACCOUNT_KINDS: Final = (
    Kind(
        "person.invited",
        "A person was invited",
        _PERSON,
        ACCOUNT,
        1,
        shown=("source",),
        told=_INVITED,
        acknowledged=True,
    ),
    Kind("person.enrolled", "A person enrolled", _ENROLLED, ACCOUNT, 2, told=_DID_ENROL, acknowledged=True),
    Kind(
        "person.changed",
        "A person was changed",
        _PERSON,
        ACCOUNT,
        99,
        shown=("change", "first_day", "last_day", "source", "why"),
        told=_CHANGED,
        acknowledged=True,
    ),
    Kind("person.looked_at", "Someone viewed a person's events", _LOOKED_AT, ENTITY, 2, shown=("page", "room")),
    Kind("person.erased", "A person was erased", _PERSON, ACCOUNT, 6, shown=("why",), acknowledged=True),
    Kind(
        "person.exported",
        "A copy of a person's data was created",
        _EXPORTED,
        ACCOUNT,
        99,
        told=_COPIED,
        acknowledged=True,
    ),
    Kind(
        "link.issued", "A one-time link was issued", _LINK, ACCOUNT, 1, shown=("why",), told=_ISSUED, acknowledged=True
    ),
    Kind("link.refused", "A one-time link was refused", _LINK, ACCOUNT, 99, by_strangers=True),
    Kind("mail.sent", "An email was sent", _MAIL, EMAIL, 1, shown=("about",)),
    Kind("mail.failed", "An email could not be sent", _MAIL, EMAIL, 1, shown=("about",)),
    Kind("factor.added", "A factor was added", _FACTOR, ACCOUNT, 3, shown=("factor",), told=_ADDED, acknowledged=True),
    Kind(
        "factor.removed",
        "A factor was removed",
        _FACTOR,
        ACCOUNT,
        99,
        shown=("factor", "why"),
        told=_REMOVED,
        acknowledged=True,
    ),
    Kind(
        "factor.breached",
        "A password was found in a list of stolen ones",
        _FACTOR,
        ACCOUNT,
        99,
        shown=("factor",),
        told=_BREACHED,
        acknowledged=True,
    ),
    Kind(
        "recovery.codes_made", "Recovery codes were created", _RECOVERY, ACCOUNT, 3, told=_CODES_MADE, acknowledged=True
    ),
    Kind("recovery.code_used", "A recovery code was used", _RECOVERY, ACCOUNT, 99, told=_CODE_USED, acknowledged=True),
    Kind(
        "recovery.refused",
        "A recovery code was refused",
        _RECOVERY,
        AUTHENTICATION,
        1,
        told=_CODE_WRONG,
        by_strangers=True,
    ),
    Kind(
        "identity.decided",
        "It was decided what is to become of an account",
        _PERSON,
        ACCOUNT,
        99,
        shown=("choice", "why"),
        told={"": "It was decided whether your account is used by you alone"},
        acknowledged=True,
    ),
    Kind(
        "identity.reopened",
        "A decision about an account was taken back",
        _PERSON,
        ACCOUNT,
        99,
        told={"": "A decision about your account was taken back"},
        acknowledged=True,
    ),
    Kind("workload.added", "A workload was added", _WORKLOAD, ACCOUNT, 1, acknowledged=True),
    Kind(
        "workload.described",
        "Owner, purpose and end of a workload were changed",
        _WORKLOAD,
        ACCOUNT,
        99,
        acknowledged=True,
    ),
    Kind("workload.expired", "A workload reached its end", _WORKLOAD, ACCOUNT, 5),
    Kind("workload.token_issued", "A workload token was created", _WORKLOAD, ACCOUNT, 3, acknowledged=True),
    Kind("workload.revoked", "A workload and its tokens were revoked", _WORKLOAD, ACCOUNT, 5, acknowledged=True),
    Kind("workload.refused", "A program used an invalid token", _WORKLOAD, AUTHENTICATION, 1, by_strangers=True),
    Kind(
        "token.made",
        "A token was created",
        _TOKEN,
        ACCOUNT,
        3,
        shown=_GIVEN,
        app_filters=_OF_APPS,
        acknowledged=True,
    ),
    Kind(
        "token.revoked",
        "A token was revoked",
        _TOKEN,
        ACCOUNT,
        5,
        shown=_GIVEN,
        app_filters=_OF_APPS,
        acknowledged=True,
    ),
)
