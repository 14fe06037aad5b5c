"""The label that a mail goes on with: what it holds, or what it says of itself where that is more.

A label that nobody can vouch for may raise what a mail counts as, and never lower it; and it is never made Limen's own
where it says the least of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from limen.clock import Instant
from limen.data.labels import mail
from limen.data.labels.mail import Body
from limen.data.labels.marks import Marks
from limen.data.labels.model import DocumentLabel, NoLabelError, Standing
from limen.facts import Label


@dataclass(frozen=True, slots=True)
class MailLabels:
    """Writes labels into mails: `marks` proves them, `microsoft` gives the company's labels by Microsoft's ids."""

    marks: Marks = field(default_factory=Marks)
    microsoft: Callable[[], Mapping[str, Label]] = dict

    def headers(
        self, fields: Iterable[tuple[str, str]], body: Body, judged: Label | None, now: Instant
    ) -> list[tuple[str, str]] | None:
        """The headers to put in for those of their names that are there; None: what is there stays.

        `fields` are the mail's headers as it goes on, `judged` the label that it has by its content.
        """
        fields = list(fields)
        try:
            carried = mail.of_headers(fields, body)
        except NoLabelError:
            return [] if judged is None else mail.headers(judged.word, "")
        claim = self.marks.claim(carried, self.microsoft())
        if claim.standing is Standing.PROVEN and claim.label is not None and (judged is None or claim.label >= judged):
            return None
        raised = [one for one in (judged, claim.label) if one is not None and (one is judged or one > Label.PUBLIC)]
        if not raised:
            return []
        said = DocumentLabel(max(raised), now)
        draft = mail.of_headers([*fields, *mail.headers(said.label.word, self.marks.blank(said))], body)
        return mail.headers(said.label.word, self.marks.made(said, draft.content))


NAMES = tuple(mail.HEADERS.values())
"""The headers of a label."""
