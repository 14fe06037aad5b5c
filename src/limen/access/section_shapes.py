"""What the sections of `access.yaml` have in common: names, and the people who decide."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.lengths import Length
from limen.facts.access_rules import Approvers

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,59}")
"""What a rule or a review may be called."""
ADDRESS: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")

Name = Annotated[str, Field(min_length=1, max_length=80)]
Names = Annotated[list[Name], Field(max_length=50)]


class Shape(BaseModel):
    """A part of `access.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class Deciders(Shape):
    """Who decides: any of these."""

    groups: Names = []
    """Members of these groups of `limen.toml`."""
    people: Names = []
    """People with these email addresses."""
    owner: bool = False
    """The group that owns the app, as `apps.yaml` names it."""

    def approvers(self) -> Approvers:
        """What the section means, each named once."""
        people = tuple(sorted({one.casefold() for one in self.people}))
        return Approvers(tuple(sorted(set(self.groups))), people, self.owner)


class Approve(Deciders):
    """Who may approve: any of these, but never whoever asks."""


class Escalate(Shape):
    """Who is asked as well when nobody has answered."""

    after: Length
    """How long after the request was made: `2h`."""
    to: Approve
    """These may approve it, too."""
