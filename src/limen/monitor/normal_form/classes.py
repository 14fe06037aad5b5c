"""The classes and activities of OCSF 1.4 that Limen uses (https://schema.ocsf.io/1.4.0), as the columns they fill.

An event that signs somebody in has that person as `user`; where one acts on another, the other is `target_user`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Columns = Mapping[str, str | int]

SUCCESS, FAILURE = 1, 2
"""`status_id`."""
INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL = 1, 2, 3, 4, 5
"""`severity_id`."""
OTHER: Final = 99
"""An activity that the class has no number for."""

FILE, MODULE, JOB, PROCESS, EVENT_LOG, SCRIPT = 1001, 1005, 1006, 1007, 1008, 1009
REGISTRY_KEY, REGISTRY_VALUE, WINDOWS_SERVICE = 201001, 201002, 201004
FINDING, DATA_FINDING = 2004, 2006
ACCOUNT, AUTHENTICATION, AUTHORIZATION, ENTITY, USER_ACCESS, GROUP = 3001, 3002, 3003, 3004, 3005, 3006
NETWORK, HTTP, DNS, SSH, EMAIL = 4001, 4002, 4003, 4007, 4009
LIFECYCLE, API, FILE_HOSTING = 6002, 6003, 6006


def what(class_uid: int, activity_id: int, **columns: str | int) -> Columns:
    """Columns of one sort of event."""
    return {"class_uid": class_uid, "activity_id": activity_id, **columns}


SIGNED_IN: Final = what(AUTHENTICATION, 1, status_id=SUCCESS)
SIGN_IN_FAILED: Final = what(AUTHENTICATION, 1, status_id=FAILURE, severity_id=LOW)
SIGNED_OUT: Final = what(AUTHENTICATION, 2)
"""Without an outcome: whoever counts successes of this class counts sign-ins."""
PRIVILEGES_GIVEN: Final = what(AUTHORIZATION, 1, status_id=SUCCESS)
PRIVILEGES_REFUSED: Final = what(AUTHORIZATION, 1, status_id=FAILURE, severity_id=MEDIUM)
ACCOUNT_CREATED: Final = what(ACCOUNT, 1, status_id=SUCCESS)
ACCOUNT_ENABLED: Final = what(ACCOUNT, 2, status_id=SUCCESS)
PASSWORD_CHANGED: Final = what(ACCOUNT, 3, status_id=SUCCESS)
PASSWORD_RESET: Final = what(ACCOUNT, 4, status_id=SUCCESS)
ACCOUNT_DISABLED: Final = what(ACCOUNT, 5, status_id=SUCCESS)
ACCOUNT_DELETED: Final = what(ACCOUNT, 6, status_id=SUCCESS)
ACCOUNT_LOCKED: Final = what(ACCOUNT, 9, severity_id=LOW, status_id=SUCCESS)
FACTOR_ADDED: Final = what(ACCOUNT, 10, status_id=SUCCESS)
FACTOR_REMOVED: Final = what(ACCOUNT, 11, status_id=SUCCESS, severity_id=LOW)
ACCOUNT_UNLOCKED: Final = what(ACCOUNT, 12, status_id=SUCCESS)
ACCOUNT_CHANGED: Final = what(ACCOUNT, OTHER, status_id=SUCCESS)
MEMBER_ADDED: Final = what(GROUP, 3, status_id=SUCCESS)
MEMBER_REMOVED: Final = what(GROUP, 4, status_id=SUCCESS)
GROUP_DELETED: Final = what(GROUP, 5, status_id=SUCCESS)
GROUP_CREATED: Final = what(GROUP, 6, status_id=SUCCESS)
ROLE_GIVEN: Final = what(USER_ACCESS, 1, status_id=SUCCESS)
ROLE_TAKEN: Final = what(USER_ACCESS, 2, status_id=SUCCESS)
PROCESS_STARTED: Final = what(PROCESS, 1)
PROCESS_ENDED: Final = what(PROCESS, 2)
PROCESS_OPENED: Final = what(PROCESS, 3)
PROCESS_INJECTED: Final = what(PROCESS, 4)
JOB_CREATED: Final = what(JOB, 1)
JOB_UPDATED: Final = what(JOB, 2)
JOB_DELETED: Final = what(JOB, 3)
JOB_STARTED: Final = what(JOB, 6)
FOUND: Final = what(FINDING, 1)
"""A finding of another product."""
FOUND_MALWARE: Final = what(FINDING, 1, severity_id=HIGH, category="antivirus")
PACKET_REFUSED: Final = what(NETWORK, 5, status_id=FAILURE, category="firewall")
TRAFFIC: Final = what(NETWORK, 6, category="firewall")
DNS_QUERY: Final = what(DNS, 1)
LOG_CLEARED: Final = what(EVENT_LOG, 1, status_id=SUCCESS, severity_id=HIGH)
SCRIPT_RUN: Final = what(SCRIPT, 1)
SERVICE_CREATED: Final = what(WINDOWS_SERVICE, 1, status_id=SUCCESS)
POLICY_CHANGED: Final = what(ENTITY, 3, status_id=SUCCESS)
PROTECTION_OFF: Final = what(LIFECYCLE, 7, status_id=SUCCESS, severity_id=HIGH)
