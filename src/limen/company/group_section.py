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
    """What it is called there: a distinguished name in LDAP, an address in Google, else its id."""
    standing: Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], Field(max_length=50)] = []
    """Members that are in it for good, as they are called there. Whoever else is in it without a grant is an alarm."""
    exclusive: bool = False
    """Whether Limen removes whoever is in it without a grant, beside raising the alarm."""


def group_of(section: GroupSection) -> DirectoryGroup:
    """What the section describes."""
    return DirectoryGroup(section.directory, section.group, tuple(section.standing), section.exclusive)


def complaints(section: GroupSection) -> Iterator[Wrong]:
    """Everything about the section that its shape does not tell."""
    named: list[tuple[tuple[str | int, ...], str]] = [(("group",), section.group)]
    named += [(("standing", place), member) for place, member in enumerate(section.standing)]
    for at, name in named:
        if not is_printable(name):
            what = f"{shown(name)} contains characters that can't be displayed"
            yield at, what, "copy the name from the directory"


def group_openings(app: App, old: DirectoryGroup | None, new: DirectoryGroup) -> Iterator[str]:
    """One sentence for what `new` opens beside `old`."""
    if old is None or (new.directory, new.group) != (old.directory, old.group):
        yield f"Whoever may elevate themselves in {app.name} becomes a member of {new.group} in {new.directory} now"
    for member in new.standing:
        if old is None or member not in old.standing:
            yield f"{member} may be in {new.group} for good, without a grant"
