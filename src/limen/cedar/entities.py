"""All entities a request may refer to, read from Cedar JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from limen.cedar.data import check_id, check_type, read_record, read_uid, read_value
from limen.cedar.errors import DataError, EvaluationError
from limen.cedar.schema import Schema
from limen.cedar.values import Entity, EntityUid, key


class Entities(Mapping[EntityUid, Entity]):
    """Immutable; looked up by `EntityUid` or by the plain pair `(type, id)`."""

    __slots__ = ("_by_uid",)

    def __init__(self, entities: Sequence[Entity] = ()) -> None:
        self._by_uid = {entity.uid: entity for entity in entities}

    @classmethod
    def from_json(cls, data: Sequence[object], schema: Schema | None = None) -> Self:
        """A list of `{"uid", "attrs", "parents"}`, perhaps with `"tags"`.

        Parents are followed to all ancestors. With a schema everything must fit it, and its actions are added. Raises
        `DataError` for anything Cedar refuses: floats, null, a cycle, one entity described in two ways.
        """
        if not isinstance(data, list | tuple):
            raise DataError("entities are a list")
        described: dict[EntityUid, Entity] = {}
        parents: dict[EntityUid, frozenset[EntityUid]] = {}
        for number, item in enumerate(data):
            entity = _read_entity(item, f"entity {number}", schema)
            known = described.setdefault(entity.uid, entity)
            if known is not entity and not _is_same(known, entity):
                raise DataError(f'`{entity.uid.type}::"{entity.uid.id}"` is described twice, differently')
            parents[entity.uid] = entity.ancestors
        for action in schema.action_entities if schema else ():
            described.setdefault(action.uid, action)
            parents.setdefault(action.uid, action.ancestors)
        above = _closures(parents)
        return cls([Entity(one.uid, one.attrs, above[one.uid], one.tags) for one in described.values()])

    def __getitem__(self, uid: tuple[str, str]) -> Entity:
        return self._by_uid[uid]  # type: ignore[index]

    def __iter__(self) -> Iterator[EntityUid]:
        return iter(self._by_uid)

    def __len__(self) -> int:
        return len(self._by_uid)


def _read_entity(data: object, where: str, schema: Schema | None) -> Entity:
    """An entity whose `ancestors` are, as yet, its parents."""
    if not isinstance(data, Mapping):
        raise DataError(f"{where}: an entity is an object")
    for name, kind in (("uid", object), ("attrs", Mapping), ("parents", list)):
        if not isinstance(data.get(name), kind) or name not in data:
            raise DataError(f"{where}: `{name}` is missing or of the wrong kind")
    uid = read_uid(data["uid"], where)
    check_type(uid.type, where)
    parents = frozenset([read_uid(parent, where) for parent in data["parents"]])
    if _is_action(uid) and not all(_is_action(parent) for parent in parents):
        raise DataError(f"{where}: only an action can be above an action")
    tags = data.get("tags", {})
    if not isinstance(tags, Mapping):
        raise DataError(f"{where}: tags are an object")
    if schema is None:
        return Entity(uid, read_record(data["attrs"], where), parents, read_record(tags, where))
    if _is_action(uid):
        return _declared_action(uid, data, parents, where, schema)
    return _fitting(uid, data, parents, tags, where, schema)


def _fitting(
    uid: EntityUid,
    data: Mapping[str, object],
    parents: frozenset[EntityUid],
    tags: Mapping[str, object],
    where: str,
    schema: Schema,
) -> Entity:
    entity_type = schema.entity_types.get(uid.type)
    if entity_type is None:
        raise DataError(f"{where}: the schema has no entity type `{uid.type}`")
    check_id(uid, where, schema)
    for parent in parents:
        if parent.type not in entity_type.above:
            raise DataError(f"{where}: a `{uid.type}` can't be in a `{parent.type}`")
        check_id(parent, where, schema)
    if tags and entity_type.tags is None:
        raise DataError(f"{where}: a `{uid.type}` has no tags")
    attrs = read_record(data["attrs"], where, entity_type.attrs, schema)
    try:
        read = {name: read_value(tag, f"{where}.{name}", entity_type.tags, schema) for name, tag in tags.items()}
    except EvaluationError as error:
        raise DataError(f"{where}: {error}") from None
    return Entity(uid, attrs, parents, read)


def _declared_action(
    uid: EntityUid, data: Mapping[str, object], parents: frozenset[EntityUid], where: str, schema: Schema
) -> Entity:
    """An action may be repeated among the entities, if it says no other than the schema."""
    declared = {action.uid: action for action in schema.action_entities}
    if uid not in declared or parents - declared[uid].ancestors or data["attrs"]:
        raise DataError(f'{where}: the action `{uid.type}::"{uid.id}"` is not the one in the schema')
    return declared[uid]


def _is_action(uid: EntityUid) -> bool:
    return uid.type.rpartition("::")[2] == "Action"


def _is_same(one: Entity, other: Entity) -> bool:
    return one.ancestors == other.ancestors and key(one.attrs) == key(other.attrs) and key(one.tags) == key(other.tags)


def _closures(parents: Mapping[EntityUid, frozenset[EntityUid]]) -> dict[EntityUid, frozenset[EntityUid]]:
    """Everything above each entity. Raises `DataError` if something is above itself."""
    above: dict[EntityUid, frozenset[EntityUid]] = {}
    for start in parents:
        path: list[EntityUid] = [start]
        entered: set[EntityUid] = set()
        while path:
            one = path[-1]
            if one in above:
                path.pop()
            elif one in entered:
                path.pop()
                entered.discard(one)
                direct = parents.get(one, frozenset())
                above[one] = direct.union(*[above[parent] for parent in direct])
            else:
                entered.add(one)
                waiting = [parent for parent in parents.get(one, ()) if parent not in above]
                if not entered.isdisjoint(waiting):
                    raise DataError(f'`{one.type}::"{one.id}"` is above itself')
                path += waiting
    return above
