"""`group:` of an app in apps.yaml: a group of a directory or a cloud whose members are those with a grant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from limen.company.oidc_section import Wrong
from limen.configuration.problem import shown
from limen.facts import App
from limen.facts.directory_group import DirectoryGroup
from limen.printable import is_printable


class GroupSection(BaseModel):
    """A group of a directory or a cloud."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    directory: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """The directory that it is in, by the name of Limen's connection to it."""
    group: Annotated[str, Field(min_length=1, max_length=500)]
    """What it is called there: a distinguished name in LDAP, else its id."""


def group_of(section: GroupSection) -> DirectoryGroup:
    """What the section describes."""
    return DirectoryGroup(section.directory, section.group)


def complaints(section: GroupSection) -> Iterator[Wrong]:
    """Everything about the section that its shape does not tell."""
    if not is_printable(section.group):
        what = f"{shown(section.group)} contains characters that can't be displayed"
        yield ("group",), what, "copy the group's name from the directory"


def group_openings(app: App, old: DirectoryGroup | None, new: DirectoryGroup) -> Iterator[str]:
    """One sentence for what `new` opens beside `old`."""
    if new != old:
        yield f"Whoever may elevate themselves in {app.name} becomes a member of {new.group} in {new.directory} now"
