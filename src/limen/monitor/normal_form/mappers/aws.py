"""AWS CloudTrail (*CloudTrail record contents*): one record, or a file of them as it lies in S3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from limen.monitor.normal_form.classes import (
    ACCOUNT_CREATED,
    ACCOUNT_DELETED,
    API,
    AUTHENTICATION,
    FACTOR_ADDED,
    FACTOR_REMOVED,
    FAILURE,
    LIFECYCLE,
    MEMBER_ADDED,
    MEMBER_REMOVED,
    PASSWORD_CHANGED,
    ROLE_GIVEN,
    ROLE_TAKEN,
    SUCCESS,
    Columns,
    what,
)
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.records import Record
from limen.monitor.normal_form.shapes import Said, Shape, Sorts

LISTS: Final = ("Records",)
KEYS: Final = frozenset(("eventVersion", "eventSource", "eventName"))
_READS: Final = ("Get", "List", "Describe", "Head", "Lookup", "Batch", "Search", "Select")
_CREATES: Final = ("Create", "Put", "Run", "Add", "Attach", "Start", "Import", "Allocate", "Register", "Enable")
_DELETES: Final = ("Delete", "Remove", "Detach", "Terminate", "Deregister", "Release")
_EVENTS: Final[Mapping[str, Columns]] = {
    "ConsoleLogin": what(AUTHENTICATION, 1),
    "CreateUser": ACCOUNT_CREATED,
    "DeleteUser": ACCOUNT_DELETED,
    "ChangePassword": PASSWORD_CHANGED,
    "EnableMFADevice": FACTOR_ADDED,
    **dict.fromkeys(("DeactivateMFADevice", "DeleteVirtualMFADevice"), FACTOR_REMOVED),
    "AddUserToGroup": MEMBER_ADDED,
    "RemoveUserFromGroup": MEMBER_REMOVED,
    **dict.fromkeys(("AttachUserPolicy", "PutUserPolicy", "AttachRolePolicy", "PutRolePolicy"), ROLE_GIVEN),
    **dict.fromkeys(("DetachUserPolicy", "DeleteUserPolicy", "DetachRolePolicy", "DeleteRolePolicy"), ROLE_TAKEN),
    **dict.fromkeys(("StopLogging", "DeleteTrail", "DeleteDetector", "StopConfigurationRecorder"), what(LIFECYCLE, 7)),
}
_TRAIL: Final = Sorts(
    "eventName",
    Shape(
        fixed={"product": "aws", "service": "cloudtrail", "status_id": SUCCESS},
        columns={
            "kind": "eventName",
            "user": (
                "userIdentity.userName",
                "userIdentity.sessionContext.sessionIssuer.userName",
                "userIdentity.arn",
                "userIdentity.type",
            ),
            "target_user": "requestParameters.userName",
            "src_ip": "sourceIPAddress",
            "app": "eventSource",
            "operation": "eventName",
            "object": (
                *("requestParameters.bucketName", "requestParameters.roleName", "requestParameters.groupName"),
                *("requestParameters.instanceId", "requestParameters.groupId", "requestParameters.name"),
                *("requestParameters.policyArn", "resources.0.ARN"),
            ),
            "reason": ("errorMessage", "errorCode"),
            "user_agent": "userAgent",
        },
        said={
            "status_id": Said(("errorCode", "responseElements.ConsoleLogin"), {"success": SUCCESS}, FAILURE),
            "mfa": Said(
                ("additionalEventData.MFAUsed", "userIdentity.sessionContext.attributes.mfaAuthenticated"),
                {"yes": 2, "true": 2, "no": 1, "false": 1},
            ),
        },
        at="eventTime",
        id=("eventID",),
    ),
    _EVENTS,
)


def read(raw: str, record: Record, _frame: Frame) -> Iterator[Draft]:
    """One record. What is no sign-in and no change of people is a call, whose name says what it does."""
    draft = _TRAIL.draft(raw, flat(record))
    if "class_uid" not in draft.columns:
        draft.columns |= what(API, _activity(draft.columns.get("operation", "")))
    yield draft


def _activity(operation: str) -> int:
    if operation.startswith(_READS):
        return 2
    if operation.startswith(_CREATES):
        return 1
    return 4 if operation.startswith(_DELETES) else 3
