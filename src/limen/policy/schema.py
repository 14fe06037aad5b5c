"""The Cedar schema with what parts of Limen add to it: a line for each attribute that one of them declares."""

from __future__ import annotations

from limen.policy.attribute import Kind
from limen.policy.attributes import ATTRIBUTES


def with_parts(schema: str) -> str:
    """The text of the Cedar schema, with a line for each attribute that parts declare."""
    for row in ATTRIBUTES.of_parts():
        optional = "?" if row.kind is Kind.ADDRESS else ""
        head = f"\n  {row.noun}: {{"
        if head not in schema:  # a record of the part's own
            schema = schema.replace("type Context = {", f"type Context = {{{head}\n  }},", 1)
        schema = schema.replace(head, f"{head}\n    {row.name}{optional}: {row.kind.cedar},", 1)
    return schema
