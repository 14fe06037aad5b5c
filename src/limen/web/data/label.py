"""Label a document: somebody drops a file, sees what label it has and should have, and gets it back with the one they
choose. The file comes with each of the two steps and is kept after none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.data.labelling import LONGEST_WHY, Choice, Labelling, LookedAt, NotGivenError
from limen.data.labels.model import Carried, NoLabelError, WhyNoLabel, label_of_word
from limen.data.protection import DataProtection
from limen.enforcement.documents.stopped_page import LABEL_PATH as AT
from limen.facts import Label
from limen.messages import gettext_noop
from limen.messages.places import place_said
from limen.printable import visible
from limen.web.attachments import attachment
from limen.web.data.found import UNREAD, kinds_found
from limen.web.data.needs import names
from limen.web.page import PORTAL_FOOT, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.site import Site
from limen.web.uploads import Upload, read_upload
from limen.web.visit import Authorized, SignedInVisit

LOOK: Final = f"{AT}/look"
MOST_BYTES: Final = 20 << 20
_AROUND: Final = 64 * 1024
"""What a browser puts around a file."""
PAGES: Final = (
    Page(AT, gettext_noop("Label a document"), VIEW, Menu(PORTAL_FOOT, 21), hint="classify, confidential, sensitivity"),
    Route("POST", LOOK, VIEW, max_body_bytes=MOST_BYTES + _AROUND),
    Route("POST", AT, VIEW, max_body_bytes=MOST_BYTES + _AROUND),
)
MOST_AT_ONCE: Final = 6
"""So many documents are in memory here at once,"""
MOST_OF_ONE: Final = 2
"""and so many of one person: who chooses another does not wait for the first."""
WHY_NOT: Final = {
    WhyNoLabel.ENCRYPTED: (
        gettext_noop("It is encrypted, so a label can't be written into it."),
        gettext_noop("Remove its password first. If it has to keep it, label the folder or app it is kept in."),
    ),
    WhyNoLabel.SIGNED: (
        gettext_noop("It is signed, and a label would break the signature."),
        gettext_noop("Label it first, and sign it then."),
    ),
    WhyNoLabel.BROKEN: (
        gettext_noop("It can't be read for certain, so nothing is written into it."),
        gettext_noop("Open it in the program that made it, save it again, and try once more."),
    ),
    WhyNoLabel.TOO_LARGE: (
        gettext_noop("It, or something in it, is too large."),
        gettext_noop("Label the folder or app it is kept in."),
    ),
    WhyNoLabel.NO_ROOM: (
        gettext_noop("A file of this kind has no room for a label."),
        gettext_noop(
            "Save it as an Office, OpenDocument or PDF file, or keep it in a folder or app that has the label."
        ),
    ),
}
NOTES: Final = {
    Choice.LOWERED: gettext_noop("lower than now: say why"),
    Choice.NOT_YOURS: gettext_noop("lower than now: you may not lower it"),
    Choice.HELD: gettext_noop("another tool, or something packed in it, says more"),
    Choice.UNREAD: gettext_noop("lower than now, and not all of it could be read"),
}

_STATUS: Final = {"busy": 429, Choice.NOT_YOURS: 403, Choice.HELD: 403, Choice.UNREAD: 403}


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says of a document. Each label is None where there is none of it.

    `own`: the label that it says of itself, set `by` whom, if Limen knows ("you": by the reader); `microsoft`: what
    Microsoft's label in it means here, `has_unknown`: one of theirs means nothing here; `packed`: the highest of what
    is packed in it. `kinds`: what was found, how many and where. `ask`: whom one may ask to have it lowered.
    """

    own: Label | None
    by: str
    microsoft: Label | None
    has_unknown: bool
    is_company_confidential: bool
    packed: Label | None
    kinds: tuple[tuple[str, int, tuple[str, ...]], ...]
    unread: tuple[str, ...]
    why_not: tuple[str, ...]
    ask: tuple[str, ...]


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    offers, at_work = site.ports.offers, Counter[str]()
    labelling, protection = offers.take(Labelling), offers.take(DataProtection)

    @router.get(AT)
    async def ask(visit: Authorized) -> Response:
        return shown(visit)

    @router.post(LOOK)
    async def look(request: Request, visit: Authorized) -> Response:
        with _room(at_work, visit.person.id) as has_room:
            if not has_room:
                return shown(visit, problem="busy")
            sent = await read_upload(request, site.origin, visit.secret, MOST_BYTES)
            if problem := _wrong(sent):
                return shown(visit, problem=problem)
            return shown(visit, await labelling.look(sent.content, sent.name, visit.person.id), sent)

    @router.post(AT)
    async def give(request: Request, visit: Authorized) -> Response:
        with _room(at_work, visit.person.id) as has_room:
            if not has_room:
                return shown(visit, problem="busy")
            sent = await read_upload(request, site.origin, visit.secret, MOST_BYTES)
            label = label_of_word(sent.fields.get("label", ""))
            if problem := _wrong(sent):
                return shown(visit, problem=problem)
            if label is None:
                looked = await labelling.look(sent.content, sent.name, visit.person.id)
                return shown(visit, looked, sent, problem="label")
            why = sent.fields.get("why", "")
            try:
                labelled = await labelling.give(sent.content, sent.name, visit.person.id, label, why)
            except NotGivenError as error:
                return shown(visit, error.looked, sent, problem=error.choice)
            except NoLabelError:
                looked = await labelling.look(sent.content, sent.name, visit.person.id)
                return shown(visit, looked, sent, problem="no-label")
            return attachment(labelled, sent.name)

    def shown(
        visit: SignedInVisit, looked: LookedAt | None = None, sent: Upload | None = None, problem: str = ""
    ) -> Response:
        fields = sent.fields if sent is not None else {}
        return site.page(
            "data/label.html",
            visit,
            _STATUS.get(problem, 400 if problem else 0),
            looked=looked,
            said=_said(site, visit, protection, looked) if looked is not None else None,
            name=visible(sent.name) if sent is not None else "",
            chosen=fields.get("label", ""),
            why=fields.get("why", "")[:LONGEST_WHY],
            labels=list(Label),
            notes=NOTES,
            wrong=problem,
            most_mb=MOST_BYTES >> 20,
            longest_why=LONGEST_WHY,
        )

    return router


@contextmanager
def _room(at_work: Counter[str], person: str) -> Iterator[bool]:
    """Whether there is room for a document of this person's now; it is taken until the end."""
    if at_work[person] >= MOST_OF_ONE or at_work.total() >= MOST_AT_ONCE:
        yield False
        return
    at_work[person] += 1
    try:
        yield True
    finally:
        at_work -= Counter({person: 1})


def _wrong(sent: Upload) -> str:
    """What is wrong with a file before anything looks into it; "" where nothing is."""
    if not sent.content:
        return "empty"
    return "large" if len(sent.content) > MOST_BYTES else ""


def _said(site: Site, visit: SignedInVisit, protection: DataProtection, looked: LookedAt) -> Said:
    say, named = visit.localizer.gettext, site.known.groups
    carried, own, microsoft = looked.inspected.carried or Carried(), looked.claim.proven, protection.rules.microsoft
    ask = [(named[one].title or one) if one in named else one for one in looked.ask]
    contact = site.ports.settings.help.contact
    return Said(
        own=own.label if own is not None else _highest(carried.words),
        by="" if own is None else "you" if own.by == visit.person.id else _name(site, own.by),
        microsoft=max((microsoft[one] for one in carried.microsoft if one in microsoft), default=None),
        has_unknown=any(one not in microsoft for one in carried.microsoft),
        is_company_confidential=carried.is_company_confidential,
        packed=_highest(word for one in looked.inspected.inside for word in one.words),
        kinds=tuple(
            (say(one.name), one.number, tuple(place_said(place, say) for place in one.places))
            for one in kinds_found(looked.inspected, names(site.known))
        ),
        unread=tuple(say(UNREAD[one]) for one in sorted(looked.inspected.why_not)),
        why_not=tuple(map(say, WHY_NOT[looked.why_not])) if looked.why_not is not None else (),
        ask=tuple(ask or ([contact] if contact else [])),
    )


def _highest(words: Iterable[str]) -> Label | None:
    return max((label for word in words if (label := label_of_word(word)) is not None), default=None)


def _name(site: Site, person_id: str) -> str:
    """Of whom set a label; "" where nobody is known by that ID, as where a command did."""
    person = site.known.people.get(person_id)
    return person.name if person is not None else ""
