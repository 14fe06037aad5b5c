"""A document that somebody asks an app for, where its label is known."""

from __future__ import annotations

from dataclasses import dataclass

from limen.facts.app import Label


@dataclass(frozen=True, slots=True)
class Document:
    """`id` is opaque and never a name or a path: a digest of the content, or an id of the store's. `label` is what it
    counts as; in a decision that of its app counts where it is the higher.
    """

    id: str
    label: Label
