"""One request answered as Cedar answers it, from JSON to response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from limen.cedar.data import check_id, check_type, read_record
from limen.cedar.entities import Entities
from limen.cedar.errors import DataError
from limen.cedar.index import Compiled, compile_policies
from limen.cedar.policies import PolicySet
from limen.cedar.schema import RecordType, Schema
from limen.cedar.values import Entity, EntityUid


@dataclass(frozen=True, slots=True)
class Response:
    """Cedar's answer.

    `determining` are the ids of the policies that decided and `errors` those of the policies that could not be
    evaluated, both in the order of the text. A request that is no valid request (it does not fit the schema, its
    context is not Cedar data) is not allowed, and the one entry of `errors` then says why, as does `refusal`: no
    policy was asked. Cedar's own bindings call that "no decision".
    """

    allowed: bool
    determining: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    refusal: str = ""


def authorize(
    policies: PolicySet,
    principal: tuple[str, str],
    action: tuple[str, str],
    resource: tuple[str, str],
    context: Mapping[str, object],
    entities: Entities,
    schema: Schema | None = None,
) -> Response:
    """Entities are named by `(type, id)`, the context is Cedar JSON. As with Cedar's own handles, the schema checks the
    request; it does not re-read entities that were made without it.
    """
    uids = [EntityUid(*principal), EntityUid(*action), EntityUid(*resource)]
    try:
        for uid in uids:
            check_type(uid.type, "the request")
        expected = _expected_context(uids[0], uids[1], uids[2], schema) if schema else None
        record = read_record(context, "context", expected, schema)
    except DataError as error:
        return Response(allowed=False, errors=(str(error),), refusal=str(error))
    who, what, which = [entities.get(uid) or Entity(uid) for uid in uids]
    found = _compiled(policies).evaluate(who, what, which, record, entities)
    errors = tuple([policy_id for policy_id, _ in found.errors])
    return Response(found.is_allowed, found.determining, errors)


def _expected_context(principal: EntityUid, action: EntityUid, resource: EntityUid, schema: Schema) -> RecordType:
    """What the schema says the context of this action holds. Raises `DataError` if it does not apply."""
    declared = schema.actions.get(action)
    if declared is None:
        raise DataError(f'the schema has no action `{action.type}::"{action.id[:80]}"`')
    for uid, allowed, role in (
        (principal, declared.principals, "principal"),
        (resource, declared.resources, "resource"),
    ):
        if uid.type not in allowed:
            raise DataError(f'`{action.type}::"{action.id}"` has no {role} of type `{uid.type}`')
        check_id(uid, f"the {role}", schema)
    return declared.context


_CACHE: dict[int, tuple[PolicySet, Compiled]] = {}
_CACHED = 64


def _compiled(policies: PolicySet) -> Compiled:
    """Each set is compiled once. Keyed by identity, and holding the set, so that the identity stays its own."""
    kept = _CACHE.get(id(policies))
    if kept is None:
        if len(_CACHE) >= _CACHED:
            _CACHE.clear()
        kept = _CACHE[id(policies)] = (policies, compile_policies(policies))
    return kept[1]
