"""GitHub's audit log of an organisation, as its API, its streams and its web hooks tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from limen.monitor.normal_form.classes import (
    API,
    FACTOR_REMOVED,
    MEMBER_ADDED,
    MEMBER_REMOVED,
    POLICY_CHANGED,
    ROLE_GIVEN,
    SUCCESS,
    Columns,
    what,
)
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.records import Record
from limen.monitor.normal_form.shapes import Shape, Sorts

KEYS: Final = frozenset(("action", "actor", "_document_id"))
_EVENTS: Final[Mapping[str, Columns]] = {
    **dict.fromkeys(("org.add_member", "team.add_member", "repo.add_member"), MEMBER_ADDED),
    **dict.fromkeys(("org.remove_member", "team.remove_member", "repo.remove_member"), MEMBER_REMOVED),
    "org.update_member": ROLE_GIVEN,
    "two_factor_authentication.disabled": FACTOR_REMOVED,
    **dict.fromkeys(
        (
            *("org.disable_two_factor_requirement", "org.disable_saml", "repo.access", "protected_branch.destroy"),
            *("protected_branch.policy_override", "repository_secret_scanning.disable", "secret_scanning.disable"),
            *("repository_secret_scanning_push_protection.disable", "ip_allow_list.disable", "repo.update_member"),
        ),
        POLICY_CHANGED,
    ),
    **dict.fromkeys(("git.clone", "git.fetch", "repo.download_zip"), what(API, 2)),
    **dict.fromkeys(("repo.create", "deploy_key.create", "personal_access_token.create", "hook.create"), what(API, 1)),
    **dict.fromkeys(("repo.destroy", "hook.destroy"), what(API, 4)),
    "git.push": what(API, 3),
}
_LOG: Final = Sorts(
    "action",
    Shape(
        fixed={"product": "github", "service": "audit", "status_id": SUCCESS},
        columns={
            "kind": "action",
            "user": "actor",
            "target_user": "user",
            "src_ip": "actor_ip",
            "app": "org",
            "operation": "action",
            "object": ("repo", "repository", "team", "name"),
            "reason": "explanation",
            "user_agent": "user_agent",
        },
        at=("@timestamp", "created_at"),
        id=("_document_id",),
    ),
    _EVENTS,
    what(API, 99),
)


def read(raw: str, record: Record, _frame: Frame) -> Iterator[Draft]:
    """One event."""
    yield _LOG.draft(raw, flat(record))
