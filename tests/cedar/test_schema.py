"""What a schema says of types and actions."""

from __future__ import annotations

import json

import pytest

from limen.cedar import EntityUid, ParseError, Schema
from limen.cedar.schema import EntityOf, Primitive, RecordType, SetType

TEXT = """
// a comment
type Address = { street: String, "zip code"?: Long };
namespace Shop {
  entity Team in [Team];
  @doc("with an annotation")
  entity Clerk, Boss in Team = { name: String, at?: Address, ips: Set<ipaddr>, boss?: Boss } tags Set<Long>;
  entity Color enum ["red", "gr\\"een"];
  action "all things";
  action buy, sell in ["all things"] appliesTo {
    principal: [Clerk, Boss], resource: Color, context: { a: __cedar::Bool }
  };
  action peek in [buy];
}
"""


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema.parse(TEXT)


def test_attributes_have_types_and_may_be_optional(schema: Schema) -> None:
    clerk = schema.entity_types["Shop::Clerk"]
    address = RecordType({"street": Primitive("String"), "zip code": Primitive("Long")}, frozenset({"street"}))
    assert clerk.attrs.fields == {
        "name": Primitive("String"),
        "at": address,
        "ips": SetType(Primitive("ipaddr")),
        "boss": EntityOf("Shop::Boss"),
    }
    assert clerk.attrs.required == {"name", "ips"}
    assert clerk.tags == SetType(Primitive("Long"))
    assert clerk.above == {"Shop::Team"}
    assert schema.entity_types["Shop::Team"].above == {"Shop::Team"}


def test_enumerations_list_their_ids(schema: Schema) -> None:
    assert schema.entity_types["Shop::Color"].ids == {"red", 'gr"een'}
    assert schema.entity_types["Shop::Clerk"].ids is None


def test_actions_know_what_they_apply_to_and_what_is_above_them(schema: Schema) -> None:
    buy = schema.actions[EntityUid("Shop::Action", "buy")]
    assert (buy.principals, buy.resources) == ({"Shop::Clerk", "Shop::Boss"}, {"Shop::Color"})
    assert buy.context == RecordType({"a": Primitive("Bool")}, frozenset({"a"}))
    above = {entity.uid.id: {uid.id for uid in entity.ancestors} for entity in schema.action_entities}
    assert above == {"all things": set(), "buy": {"all things"}, "sell": {"all things"}, "peek": {"buy", "all things"}}


def test_the_json_form_is_read_too() -> None:
    text = json.dumps(
        {
            "": {
                "entityTypes": {"User": {}},
                "actions": {"go": {"appliesTo": {"principalTypes": ["User"], "resourceTypes": ["User"]}}},
            }
        }
    )
    assert Schema.parse(text).actions[EntityUid("Action", "go")].principals == {"User"}


@pytest.mark.parametrize("text", ["entity", "entity A { a: Nope };", "{", "action a appliesTo { principal: B };"])
def test_what_is_no_schema_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        Schema.parse(text)
