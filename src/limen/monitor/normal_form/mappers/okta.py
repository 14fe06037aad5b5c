"""Okta's System Log (*LogEvent* of its API)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from limen.monitor.normal_form.classes import (
    ACCOUNT_CHANGED,
    ACCOUNT_CREATED,
    ACCOUNT_DISABLED,
    ACCOUNT_ENABLED,
    ACCOUNT_LOCKED,
    ACCOUNT_UNLOCKED,
    API,
    AUTHENTICATION,
    FACTOR_ADDED,
    FACTOR_REMOVED,
    FAILURE,
    FOUND,
    MEMBER_ADDED,
    MEMBER_REMOVED,
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    POLICY_CHANGED,
    ROLE_GIVEN,
    ROLE_TAKEN,
    SIGNED_OUT,
    SUCCESS,
    Columns,
    what,
)
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.records import Record
from limen.monitor.normal_form.shapes import Said, Shape, Sorts

KEYS: Final = frozenset(("eventType", "actor", "published"))
_SIGN_IN: Final = what(AUTHENTICATION, 1)
_EVENTS: Final[Mapping[str, Columns]] = {
    **dict.fromkeys(("user.session.start", "user.authentication.sso"), _SIGN_IN),
    **dict.fromkeys(
        ("user.authentication.auth_via_mfa", "user.mfa.okta_verify.deny_push", "system.push.send_factor_verify_push"),
        what(AUTHENTICATION, 99),
    ),
    "user.session.end": SIGNED_OUT,
    "user.lifecycle.create": ACCOUNT_CREATED,
    "user.lifecycle.activate": ACCOUNT_ENABLED,
    "user.lifecycle.reactivate": ACCOUNT_ENABLED,
    "user.lifecycle.deactivate": ACCOUNT_DISABLED,
    "user.lifecycle.suspend": ACCOUNT_DISABLED,
    "user.account.lock": ACCOUNT_LOCKED,
    "user.account.unlock": ACCOUNT_UNLOCKED,
    "user.account.update_password": PASSWORD_CHANGED,
    "user.account.reset_password": PASSWORD_RESET,
    "user.account.update_profile": ACCOUNT_CHANGED,
    "user.mfa.factor.activate": FACTOR_ADDED,
    "user.mfa.factor.deactivate": FACTOR_REMOVED,
    "user.mfa.factor.reset_all": FACTOR_REMOVED,
    "user.account.privilege.grant": ROLE_GIVEN,
    "group.privilege.grant": ROLE_GIVEN,
    "user.account.privilege.revoke": ROLE_TAKEN,
    "group.user_membership.add": MEMBER_ADDED,
    "group.user_membership.remove": MEMBER_REMOVED,
    **dict.fromkeys(
        (
            *("policy.lifecycle.update", "policy.lifecycle.deactivate", "policy.rule.update", "policy.rule.deactivate"),
            *("zone.update", "zone.deactivate", "security.threat.configuration.update"),
        ),
        POLICY_CHANGED,
    ),
    **dict.fromkeys(("security.threat.detected", "user.account.report_suspicious_activity_by_enduser"), FOUND),
}
_LOG: Final = Sorts(
    "eventType",
    Shape(
        fixed={"product": "okta", "service": "okta"},
        columns={
            "kind": "eventType",
            "user": ("actor.alternateId", "actor.displayName"),
            "target_user": "targetUser",
            "host": "client.device.displayName",
            "src_ip": "client.ipAddress",
            "app": "targetApp",
            "operation": "eventType",
            "object": ("target.0.displayName", "target.0.alternateId"),
            "reason": ("outcome.reason", "displayMessage"),
            "user_agent": "client.userAgent.rawUserAgent",
        },
        said={
            "status_id": Said(
                "outcome.result", {"success": SUCCESS, "allow": SUCCESS, "failure": FAILURE, "deny": FAILURE}
            ),
            "severity_id": Said("severity", {"debug": 1, "info": 1, "warn": 3, "error": 4}),
        },
        at="published",
        id=("uuid",),
    ),
    _EVENTS,
    what(API, 99),
)
_MOST_TARGETS: Final = 10


def read(raw: str, record: Record, _frame: Frame) -> Iterator[Draft]:
    """One event. Whom and which app it is about is said by its targets, each with its type."""
    fields = flat(record)
    for name, sort in (("targetUser", "User"), ("targetApp", "AppInstance")):
        found = [one for one in range(_MOST_TARGETS) if fields.get(f"target.{one}.type") == sort]
        if found:
            part = "alternateId" if sort == "User" else "displayName"
            fields[name] = fields.get(f"target.{found[0]}.{part}", "")
    yield _LOG.draft(raw, fields)
