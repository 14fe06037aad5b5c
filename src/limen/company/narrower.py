"""A permit without the actions that nobody used, as a draft; or none at all, where nobody used any of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from limen.access.least.unused import Permitted
from limen.company.company import Company
from limen.company.rules import form_of, with_form, without
from limen.errors import LimenError
from limen.facts import ACTIONS


def narrower(company: Company, found: Permitted) -> dict[str, str]:
    """The file that changes so that this permit gives what was used and no more.

    Raises LimenError where everything was used, where there is no such policy any more, and where its author wrote it
    in a way that no form can.
    """
    if not found.never:
        raise LimenError("everything that this rule permits was used", "there is nothing to narrow")
    if not found.kept:
        return without(company, found.policy)
    form = form_of(company, found.policy)
    if form is None:
        raise LimenError(
            f"{found.policy} is written by hand and would lose what its author wrote",
            f"leave {', '.join(found.never)} out of its text",
        )
    given = form.actions or frozenset(ACTIONS)
    return with_form(company, replace(form, actions=given - frozenset(found.never)))


def all_narrower(company: Company, found: Iterable[Permitted]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The same for all that can be narrowed to something: the files, and the ids of the policies.

    What nobody used at all stays: whether it goes, somebody decides about each. Raises LimenError where nothing can be.
    """
    files: dict[str, str] = {}
    done: list[str] = []
    for one in found:
        if not (one.never and one.kept) or form_of(company, one.policy) is None:
            continue
        files |= narrower(replace(company, files={**company.files, **files}), one)
        done.append(one.policy)
    if not done:
        raise LimenError("nothing can be narrowed by itself", "look at the rules one by one")
    return files, tuple(done)
