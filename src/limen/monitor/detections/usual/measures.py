"""What is counted of a person, and what of an event is remembered as seen: two tables, and the words for each.

The label of an app, or of the document itself, goes into both: many downloads of restricted data are worse than as
many of the canteen's menus, and whoever never touched such data may be somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from limen.facts import SEALED_FILES, Label
from limen.monitor.detections.travel.arrival import FAILURE, LIMEN, SUCCESS, is_sign_in
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.whereabouts import Whereabouts
from limen.user_agents import browser_of, system_of

_DOWNLOADS: Final = frozenset(
    {
        "download",
        "filedownloaded",
        "filesyncdownloadedfull",
        "getobject",
        "git.clone",
        "repo.download_zip",
        "data.document_opened",
    }
)
_CHANGES: Final = frozenset(
    {
        "filedeleted",
        "filerenamed",
        "filerecycled",
        "filemoved",
        "folderdeleted",
        "delete",
        "rename",
        "trash",
        "deleteobject",
        "deleteobjects",
    }
)
_LABELS: Final = {label.word: label for label in Label}
_PERSONAL_DRIVE: Final = re.compile(r"/personal/([^/]{1,120})/", re.IGNORECASE)
"""Whose drive of Microsoft's a file lies on, in its address."""
_SURE_ENOUGH: Final = re.compile(r"=\d{1,9},(\d{1,9}),\d{1,9}(?= |$)")
"""How many finds of a kind are of medium confidence or more: the second number of `iban=3,3,2 payment-card=1,1,0`."""
_ACCOUNT_CLASSES: Final = range(3001, 3007)
_AUTHENTICATION: Final = 3002
_MOST_FOLDED: Final = 100_000
MB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted: its name, how much of it an event is, and its words in English and German.

    `each` instead of `of`: what of an event is counted once a day. `is_sensitive`: it is worse by a level. `takes`:
    data is taken by it, at which one looks back when somebody leaves; `is_worse_of_leavers`: until then it is worse by
    a level more. `is_told`: unusually many on a day are told.
    """

    name: str
    of: Callable[[NormalEvent, Label], int]
    words: tuple[str, str]
    tactic: str
    each: Callable[[NormalEvent], str] | None = None
    is_sensitive: bool = False
    takes: bool = False
    is_worse_of_leavers: bool = False
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing that is remembered as seen: what it is in an event, "" where it is not there. `shared`: what those who
    work with somebody are seen with is not new for them.
    """

    name: str
    of: Callable[[NormalEvent, Whereabouts], str]
    shared: bool = False
    least: Label = Label.PUBLIC
    """What is labelled lower is not looked at."""


def label_of(event: NormalEvent, labels: Mapping[str, Label]) -> Label:
    """How sensitive what an event is about is: the higher of what its app and its document are labelled."""
    said = event.fields.get("label")
    of_document = _LABELS.get(said, Label.PUBLIC) if isinstance(said, str) else Label.PUBLIC
    return max(labels.get(event.app, Label.PUBLIC), of_document)


def _operation(event: NormalEvent) -> str:
    return (event.operation or event.kind).lower()


def _times(event: NormalEvent) -> int:
    """How often it happened: Limen folds equal decisions into one."""
    count = event.fields.get("count", 1) if event.source == LIMEN else 1
    return max(1, min(count, _MOST_FOLDED)) if isinstance(count, int) else 1


def _succeeded(event: NormalEvent) -> bool:
    is_refused = event.kind == "decision" and event.fields.get("effect") != "permit"
    return event.status_id != FAILURE and not is_refused


def _is_download(event: NormalEvent) -> bool:
    """Sealed files count one by one, by what is journaled of each with its label, and not by the decision."""
    is_of_many = event.kind == "decision" and event.app == SEALED_FILES
    return _operation(event) in _DOWNLOADS and _succeeded(event) and not is_of_many


def _downloads(event: NormalEvent, _label: Label) -> int:
    return _times(event) if _is_download(event) else 0


def _sensitive_downloads(event: NormalEvent, label: Label) -> int:
    return _times(event) if label >= Label.CONFIDENTIAL and _is_download(event) else 0


def _restricted_downloads(event: NormalEvent, label: Label) -> int:
    return _times(event) if label >= Label.RESTRICTED and _is_download(event) else 0


def _records(event: NormalEvent, _label: Label) -> int:
    """How many of whatever Limen looks for were in a file that an app gave out: of cards, bank accounts, customers."""
    said, found = event.fields, event.fields.get("found")
    is_taken = event.source == LIMEN and event.kind == "data.found" and said.get("channel") == "download"
    if not is_taken or said.get("passed") is not True or not isinstance(found, str):
        return 0
    return min(sum(int(number) for number in _SURE_ENOUGH.findall(found)), _MOST_FOLDED)


def _owner(event: NormalEvent) -> str:
    """Whose document is taken, as far as a cloud drive says; "" where it is nobody's or one's own."""
    if not _is_download(event):
        return ""
    drive = _PERSONAL_DRIVE.search(event.object)
    said = event.fields.get("owner", "")
    owner = drive[1] if drive else said if isinstance(said, str) else ""
    return "" if owner.casefold() in (event.user.casefold(), _as_drive(event.user)) else owner[:120].casefold()


def _as_drive(user: str) -> str:
    """A name as addresses of drives have it: `ida_harbor_example`."""
    return re.sub(r"[@.]", "_", user.casefold())


def _changes(event: NormalEvent, _label: Label) -> int:
    return _times(event) if _operation(event) in _CHANGES and _succeeded(event) else 0


def _failed_sign_ins(event: NormalEvent, _label: Label) -> int:
    return int(event.status_id == FAILURE and event.class_uid == _AUTHENTICATION)


def _administration(event: NormalEvent, _label: Label) -> int:
    return int(_is_administration(event))


def _is_administration(event: NormalEvent) -> bool:
    of_accounts = event.class_uid in _ACCOUNT_CLASSES and event.class_uid != _AUTHENTICATION
    return of_accounts and event.status_id != FAILURE


MEASURES: Final = (
    Measure("downloads", _downloads, ("downloads", "Downloads"), "attack.collection", takes=True),
    Measure(
        "sensitive_downloads",
        _sensitive_downloads,
        ("downloads of confidential or restricted data", "Downloads vertraulicher oder streng vertraulicher Daten"),
        "attack.collection",
        is_sensitive=True,
        takes=True,
        is_worse_of_leavers=True,
    ),
    Measure(
        "restricted_downloads",
        _restricted_downloads,
        ("downloads of restricted data", "Downloads streng vertraulicher Daten"),
        "attack.collection",
        takes=True,
        is_told=False,
    ),
    Measure(
        "records",
        _records,
        ("sensitive values in downloaded files", "sensible Werte in heruntergeladenen Dateien"),
        "attack.collection",
        takes=True,
        is_worse_of_leavers=True,
    ),
    Measure(
        "owners",
        lambda event, _label: int(_owner(event) != ""),
        ("colleagues whose files were downloaded", "Personen, deren Dateien heruntergeladen wurden,"),
        "attack.collection",
        each=_owner,
        takes=True,
        is_worse_of_leavers=True,
    ),
    Measure(
        "changed_files",
        _changes,
        ("deleted, moved or renamed files", "gelöschte, verschobene oder umbenannte Dateien"),
        "attack.impact",
    ),
    Measure(
        "sent",
        lambda event, _label: event.bytes_out // MB,
        ("MB sent", "gesendete MB"),
        "attack.exfiltration",
        takes=True,
    ),
    Measure(
        "administration",
        _administration,
        ("changes to accounts and groups", "Änderungen an Konten und Gruppen"),
        "attack.persistence",
    ),
    Measure(
        "failed_sign_ins",
        _failed_sign_ins,
        ("failed sign-ins", "fehlgeschlagene Anmeldungen"),
        "attack.credential-access",
    ),
)


def _signed_in(value: Callable[[NormalEvent, Whereabouts], str]) -> Callable[[NormalEvent, Whereabouts], str]:
    def of(event: NormalEvent, found: Whereabouts) -> str:
        return value(event, found) if event.status_id == SUCCESS and is_sign_in(event) else ""

    return of


def _device(event: NormalEvent, _found: Whereabouts) -> str:
    named = " ".join(filter(None, (browser_of(event.user_agent), system_of(event.user_agent))))
    return event.host[:80] or event.device_id or named


def _network(_event: NormalEvent, found: Whereabouts) -> str:
    return found.owner_name or (f"AS{found.owner}" if found.owner else "")


def _app(event: NormalEvent, _found: Whereabouts) -> str:
    is_use = event.app != "" and _succeeded(event) and event.app != LIMEN
    return event.app[:80] if is_use else ""


def _admin_operation(event: NormalEvent, _found: Whereabouts) -> str:
    return (
        f"{event.product or event.source}: {event.operation or event.kind}"[:120] if _is_administration(event) else ""
    )


SIGHTS: Final = (
    Sight("country", _signed_in(lambda _event, found: "" if found.tells_nothing else found.country)),
    Sight("network", _signed_in(lambda event, found: "" if found.tells_nothing else _network(event, found))),
    Sight("device", _signed_in(_device)),
    Sight("app", _app, shared=True),
    Sight("sensitive_app", _app, shared=True, least=Label.RESTRICTED),
    Sight("operation", _admin_operation, shared=True),
)
