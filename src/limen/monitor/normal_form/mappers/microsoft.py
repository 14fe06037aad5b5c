"""Microsoft 365 and Entra ID: sign-ins, directory audits, risks and alerts of Graph, and the unified audit log.

After the resources *signIn*, *directoryAudit*, *riskDetection* and *alert* (v2) of Microsoft Graph 1.0, and the schema
of the Office 365 Management Activity API. A record says by its fields which of them it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from limen.monitor.normal_form.classes import (
    ACCOUNT_CHANGED,
    ACCOUNT_CREATED,
    ACCOUNT_DELETED,
    ACCOUNT_DISABLED,
    ACCOUNT_ENABLED,
    API,
    AUTHENTICATION,
    FACTOR_ADDED,
    FACTOR_REMOVED,
    FAILURE,
    FILE_HOSTING,
    FOUND,
    GROUP_CREATED,
    GROUP_DELETED,
    MEMBER_ADDED,
    MEMBER_REMOVED,
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    POLICY_CHANGED,
    ROLE_GIVEN,
    ROLE_TAKEN,
    SIGN_IN_FAILED,
    SIGNED_IN,
    SUCCESS,
    Columns,
    what,
)
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.records import Record
from limen.monitor.normal_form.shapes import Said, Shape, Sorts

LISTS: Final = ("value", "records", "Records")
_SEVERITY: Final = Said(("severity", "riskLevel"), {"informational": 1, "none": 1, "low": 2, "medium": 3, "high": 4}, 3)
_EVIDENCE: Final = range(6)
_DIRECTORY: Final[Mapping[str, Columns]] = {
    "Add user": ACCOUNT_CREATED,
    "Delete user": ACCOUNT_DELETED,
    "Update user": ACCOUNT_CHANGED,
    "Enable account": ACCOUNT_ENABLED,
    "Disable account": ACCOUNT_DISABLED,
    "Change user password": PASSWORD_CHANGED,
    "Change password (self-service)": PASSWORD_CHANGED,
    "Reset user password": PASSWORD_RESET,
    "Reset password (by admin)": PASSWORD_RESET,
    "Reset password (self-service)": PASSWORD_RESET,
    "User registered security info": FACTOR_ADDED,
    "User deleted security info": FACTOR_REMOVED,
    "Disable Strong Authentication": FACTOR_REMOVED,
    "Add group": GROUP_CREATED,
    "Delete group": GROUP_DELETED,
    "Add member to group": MEMBER_ADDED,
    "Remove member from group": MEMBER_REMOVED,
    "Add member to role": ROLE_GIVEN,
    "Add eligible member to role": ROLE_GIVEN,
    "Add member to role completed (PIM activation)": ROLE_GIVEN,
    "Remove member from role": ROLE_TAKEN,
    "Add conditional access policy": POLICY_CHANGED,
    "Update conditional access policy": POLICY_CHANGED,
    "Delete conditional access policy": POLICY_CHANGED,
    "Set domain authentication": POLICY_CHANGED,
}
_UNIFIED: Final[Mapping[str, Columns]] = {
    **{f"{name}.": columns for name, columns in _DIRECTORY.items()},
    "UserLoggedIn": SIGNED_IN,
    "UserLoginFailed": SIGN_IN_FAILED,
    "MailboxLogin": SIGNED_IN,
    "FileUploaded": what(FILE_HOSTING, 1),
    "FileDownloaded": what(FILE_HOSTING, 2),
    "FileSyncDownloadedFull": what(FILE_HOSTING, 2),
    "FileModified": what(FILE_HOSTING, 3),
    "FileDeleted": what(FILE_HOSTING, 4),
    "FileRecycled": what(FILE_HOSTING, 4),
    "FileRenamed": what(FILE_HOSTING, 5),
    "FileAccessed": what(FILE_HOSTING, 14),
    **dict.fromkeys(("SharingSet", "AnonymousLinkCreated", "SecureLinkCreated"), what(FILE_HOSTING, 12)),
    **dict.fromkeys(("New-InboxRule", "New-TransportRule", "Add-MailboxPermission"), what(API, 1)),
    **dict.fromkeys(("Set-InboxRule", "UpdateInboxRules", "Set-Mailbox", "Set-TransportRule"), what(API, 3)),
    "MailItemsAccessed": what(API, 2),
    "Set-AdminAuditLogConfig": POLICY_CHANGED,
}

SIGN_INS: Final = Shape(
    fixed={
        "product": "azure",
        "service": "signinlogs",
        "class_uid": AUTHENTICATION,
        "activity_id": 1,
        "kind": "SignIn",
    },
    columns={
        "user": ("userPrincipalName", "servicePrincipalName"),
        "host": "deviceDetail.displayName",
        "src_ip": "ipAddress",
        "app": ("appDisplayName", "resourceDisplayName"),
        "operation": "clientAppUsed",
        "object": "resourceDisplayName",
        "reason": "status.failureReason",
        "user_agent": "userAgent",
    },
    said={
        "status_id": Said("status.errorCode", {"0": SUCCESS}, FAILURE),
        "severity_id": Said("riskLevelDuringSignIn", {"none": 1, "low": 2, "medium": 3, "high": 4}, 1),
        "mfa": Said("authenticationRequirement", {"multifactorauthentication": 2, "singlefactorauthentication": 1}),
    },
    names={"ResultType": "status.errorCode", "UserPrincipalName": "userPrincipalName"},
    at="createdDateTime",
    id=("id",),
)
AUDITS: Final = Sorts(
    "activityDisplayName",
    Shape(
        fixed={"product": "azure", "service": "auditlogs"},
        columns={
            "kind": "activityDisplayName",
            "user": ("initiatedBy.user.userPrincipalName", "initiatedBy.app.displayName", "initiatedBy.user.id"),
            "target_user": ("targetResources.0.userPrincipalName", "targetResources.1.userPrincipalName"),
            "src_ip": "initiatedBy.user.ipAddress",
            "app": "loggedByService",
            "operation": "operationType",
            "object": (
                "targetResources.0.modifiedProperties.Role.DisplayName",
                "targetResources.0.displayName",
                "targetResources.1.displayName",
                "targetResources.0.id",
            ),
            "reason": "resultReason",
        },
        said={"status_id": Said("result", {"success": SUCCESS}, FAILURE)},
        names={"ActivityDisplayName": "activityDisplayName", "OperationName": "activityDisplayName"},
        at="activityDateTime",
        id=("id",),
    ),
    _DIRECTORY,
    what(API, 99),
)
UNIFIED: Final = Sorts(
    "Operation",
    Shape(
        fixed={"product": "m365", "service": "audit"},
        columns={
            "kind": "Operation",
            "user": ("UserId", "UserKey"),
            "target_user": ("TargetUserOrGroupName", "MailboxOwnerUPN"),
            "src_ip": ("ClientIP", "ClientIPAddress", "ActorIpAddress"),
            "app": "Workload",
            "operation": "Operation",
            "object": ("SourceFileName", "ObjectId", "ItemName"),
            "reason": ("LogonError", "ResultStatusDetail"),
            "user_agent": ("UserAgent", "ExtendedProperties.UserAgent", "ClientInfoString"),
        },
        said={
            "status_id": Said(
                "ResultStatus",
                {**dict.fromkeys(("succeeded", "success", "true", "partiallysucceeded"), SUCCESS)},
                FAILURE,
            )
        },
        names={"eventSource": "Workload", "eventName": "Operation"},
        at="CreationTime",
        id=("Id",),
    ),
    _UNIFIED,
    what(API, 99),
)
RISKS: Final = Shape(
    fixed={**FOUND, "product": "azure", "service": "riskdetection"},
    columns={
        "kind": "riskEventType",
        "user": "userPrincipalName",
        "src_ip": "ipAddress",
        "reason": ("riskDetail", "riskEventType"),
        "operation": "activity",
    },
    said={"severity_id": _SEVERITY},
    at=("detectedDateTime", "activityDateTime"),
    id=("id", "lastUpdatedDateTime"),
)
ALERTS: Final = Shape(
    fixed={**FOUND, "product": "m365", "service": "threat_detection"},
    columns={
        "kind": ("detectorId", "category"),
        "reason": "title",
        "app": "serviceSource",
        "user": tuple(f"evidence.{one}.userAccount.userPrincipalName" for one in _EVIDENCE),
        "host": tuple(f"evidence.{one}.deviceDnsName" for one in _EVIDENCE),
        "src_ip": tuple(f"evidence.{one}.ipAddress" for one in _EVIDENCE),
        "object": tuple(f"evidence.{one}.fileDetails.fileName" for one in _EVIDENCE),
    },
    said={"severity_id": _SEVERITY},
    at=("createdDateTime", "firstActivityDateTime"),
    id=("id", "lastUpdateDateTime"),
)
_SORTS: Final[tuple[tuple[frozenset[str], Shape | Sorts], ...]] = (
    (frozenset(("Operation", "Workload", "CreationTime")), UNIFIED),
    (frozenset(("activityDisplayName", "initiatedBy")), AUDITS),
    (frozenset(("appDisplayName", "status", "createdDateTime")), SIGN_INS),
    (frozenset(("riskEventType", "riskLevel")), RISKS),
    (frozenset(("title", "severity", "evidence")), ALERTS),
)
RECOGNISED: Final = tuple((keys, "m365" if shape in (UNIFIED, ALERTS) else "entra") for keys, shape in _SORTS)
"""By which of its fields a record is one of these, and of which product."""
_SERVICES: Final = {"Exchange": "exchange", "SecurityComplianceCenter": "threat_management"}
"""Sigma's service of a workload, where it is not `audit`."""


def read(raw: str, record: Record, _frame: Frame) -> Iterator[Draft]:
    """One record. Times without a zone are UTC, as Microsoft says, whatever the source's zone is."""
    shape = next((shape for keys, shape in _SORTS if keys <= record.keys()), UNIFIED)
    draft = shape.draft(raw, flat(record))
    if shape is UNIFIED:
        draft.columns["service"] = _SERVICES.get(draft.columns.get("app", ""), "audit")
    yield draft
