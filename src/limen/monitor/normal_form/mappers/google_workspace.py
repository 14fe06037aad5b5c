"""Google Workspace: activities of the Reports API (`admin#reports#activity`); each event in one is an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from limen.monitor.normal_form.classes import (
    ACCOUNT_CREATED,
    ACCOUNT_DELETED,
    ACCOUNT_DISABLED,
    ACCOUNT_ENABLED,
    API,
    FACTOR_ADDED,
    FACTOR_REMOVED,
    FAILURE,
    FILE_HOSTING,
    FOUND,
    MEMBER_ADDED,
    MEMBER_REMOVED,
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    POLICY_CHANGED,
    ROLE_GIVEN,
    ROLE_TAKEN,
    SIGN_IN_FAILED,
    SIGNED_IN,
    SIGNED_OUT,
    Columns,
    what,
)
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.records import Record, unreadable
from limen.monitor.normal_form.shapes import Said, Shape, Sorts

LISTS: Final = ("items",)
KEYS: Final = frozenset(("events", "actor", "id"))
"""By which of its fields a record is an activity; its `kind` says it, too."""
KIND: Final = "admin#reports#activity"
_EVENTS: Final[Mapping[str, Columns]] = {
    "login_success": SIGNED_IN,
    "login_failure": SIGN_IN_FAILED,
    "login_verification": what(3002, 99),
    "login_challenge": what(3002, 99),
    "logout": SIGNED_OUT,
    **dict.fromkeys(("suspicious_login", "suspicious_programmatic_login", "gov_attack_warning"), FOUND),
    **dict.fromkeys(("account_disabled_password_leak", "account_disabled_hijacked"), ACCOUNT_DISABLED),
    "2sv_disable": FACTOR_REMOVED,
    "2sv_enroll": FACTOR_ADDED,
    "password_edit": PASSWORD_CHANGED,
    "CREATE_USER": ACCOUNT_CREATED,
    "DELETE_USER": ACCOUNT_DELETED,
    "SUSPEND_USER": ACCOUNT_DISABLED,
    "UNSUSPEND_USER": ACCOUNT_ENABLED,
    "CHANGE_PASSWORD": PASSWORD_RESET,
    "ADD_GROUP_MEMBER": MEMBER_ADDED,
    "REMOVE_GROUP_MEMBER": MEMBER_REMOVED,
    "ASSIGN_ROLE": ROLE_GIVEN,
    "GRANT_ADMIN_PRIVILEGE": ROLE_GIVEN,
    "GRANT_DELEGATED_ADMIN_PRIVILEGES": ROLE_GIVEN,
    "UNASSIGN_ROLE": ROLE_TAKEN,
    "REVOKE_ADMIN_PRIVILEGE": ROLE_TAKEN,
    **dict.fromkeys(
        ("CHANGE_APPLICATION_SETTING", "ENFORCE_STRONG_AUTHENTICATION", "ALLOW_STRONG_AUTHENTICATION"), POLICY_CHANGED
    ),
    "authorize": what(API, 1),
    "upload": what(FILE_HOSTING, 1),
    "download": what(FILE_HOSTING, 2),
    "edit": what(FILE_HOSTING, 3),
    **dict.fromkeys(("trash", "delete"), what(FILE_HOSTING, 4)),
    "rename": what(FILE_HOSTING, 5),
    "copy": what(FILE_HOSTING, 6),
    **dict.fromkeys(("view", "preview"), what(FILE_HOSTING, 14)),
    **dict.fromkeys(("change_user_access", "change_document_visibility"), what(FILE_HOSTING, 12)),
}
_ACTIVITY: Final = Sorts(
    "eventName",
    Shape(
        fixed={"product": "gcp", "status_id": 1},
        columns={
            "kind": "eventName",
            "user": ("actor.email", "actor.key", "actor.profileId"),
            "target_user": ("parameters.USER_EMAIL", "parameters.target_user", "parameters.affected_email_address"),
            "src_ip": "ipAddress",
            "app": ("parameters.app_name", "parameters.APPLICATION_NAME", "eventService"),
            "operation": "eventType",
            "object": (
                "parameters.doc_title",
                "parameters.ROLE_NAME",
                "parameters.GROUP_EMAIL",
                "parameters.SETTING_NAME",
            ),
            "reason": ("parameters.login_failure_type", "parameters.login_challenge_status"),
        },
        said={
            "status_id": Said("parameters.login_failure_type", {}, FAILURE),
            "mfa": Said("parameters.is_second_factor", {"true": 2, "false": 1}),
        },
        at="id.time",
    ),
    _EVENTS,
    what(API, 99),
)


def read(raw: str, record: Record, _frame: Frame) -> Iterator[Draft]:
    """Each event of an activity, with what all of them have in common and an id of its own."""
    head = {name: value for name, value in record.items() if name != "events"}
    events = record.get("events")
    known = [one for one in events if isinstance(one, dict)] if isinstance(events, list) else []
    if not known:
        yield unreadable("no_events", raw.encode())
    for count, event in enumerate(known):
        fields = flat(head) | flat({"parameters": event.get("parameters")})
        service = fields.get("id.applicationName", "")
        fields |= flat({"eventName": event.get("name"), "eventType": event.get("type"), "eventService": service})
        own = raw if len(known) == 1 else msgspec.json.encode({**head, "events": [event]}).decode()
        draft = _ACTIVITY.draft(own, fields)
        draft.columns["service"] = f"google_workspace.{service}"
        if fields.get("id.uniqueQualifier") and fields.get("id.time"):
            draft.id = f"{fields['id.time']}:{service}:{fields['id.uniqueQualifier']}:{count}"
        yield draft
