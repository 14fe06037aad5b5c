"""The library's handler, with what large groups need: a few members are changed without loading all the others."""

from __future__ import annotations

from typing import Any

from scim2_models import PatchOp, PayloadTooLargeException, Resource, ResourceType
from scim2_server.conditions import Conditions
from scim2_server.handler import ScimHandler
from scim2_server.service import ScimService

from limen.identity.sources.scim.bounds import MOST_MEMBER_STEPS
from limen.identity.sources.scim.member_changes import member_changes
from limen.identity.sources.scim.storage import SourceStorage
from limen.identity.sources.scim.store import GROUP


class SourceHandler(ScimHandler):
    """One request. `is_lean`: the answer to a PATCH holds no body, so that no members are read for it."""

    storage: SourceStorage

    def __init__(self, service: ScimService, storage: SourceStorage, *, is_lean: bool) -> None:
        super().__init__(service, storage)
        self._is_lean = is_lean

    def patch_resource(
        self, resource_type: ResourceType, resource_id: str, patch_op: PatchOp[Any], conditions: Conditions
    ) -> Resource[Any]:
        operations = patch_op.operations or []
        if resource_type.name == GROUP:
            changes = member_changes((str(one.op), str(one.path or ""), one.value) for one in operations)
            if changes is not None:
                current = self.storage.group_alone(resource_type, resource_id)
                self.service.check_preconditions(current, "PATCH", conditions)
                self.storage.change_members(resource_type, resource_id, changes)
                read = self.storage.group_alone if self._is_lean else self.storage.get
                return read(resource_type, resource_id)
            if len(operations) * (self.storage.number_of_members(resource_id) + 1) > MOST_MEMBER_STEPS:
                raise PayloadTooLargeException(detail="Change fewer things of so large a group at once")
        return super().patch_resource(resource_type, resource_id, patch_op, conditions)
