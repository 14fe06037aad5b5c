"""What these findings say of themselves, as rules do: for each thing that is counted or seen, one."""

from __future__ import annotations

from typing import Final
from uuid import NAMESPACE_URL, uuid5

from limen.monitor.detections.hit import Level
from limen.monitor.detections.rule import About
from limen.monitor.detections.usual.measures import MEASURES, SIGHTS

_ASK: Final = (
    "Ask them whether it was them, and what for.",
    "Fragen Sie nach, ob das diese Person war, und wofür.",
)
_SPEAK: Final = (
    "Look at these events with their manager, and speak with them before their last day. Close the alert as expected if"
    " it was agreed, such as for a handover."
)
_SPEAK_DE: Final = (
    "Sehen Sie die Ereignisse mit der vorgesetzten Person durch, und sprechen Sie vor dem letzten Tag miteinander. War"
    " es abgesprochen, etwa für eine Übergabe, schließen Sie die Warnung als erwartet."
)
_WHERE: Final = frozenset({"country", "network", "device"})
"""A person can be at a new place with a new device, and what they do there is another matter."""
_SEEN: Final = {
    "country": (
        "{who} signed in from {value} for the first time; so far from {usual}.",
        "Erste Anmeldung von {who} aus {value}; bisher aus {usual}.",
        Level.MEDIUM,
        "attack.initial-access",
    ),
    "network": (
        "{who} signed in through the network of {value} for the first time.",
        "Erste Anmeldung von {who} über das Netz von {value}.",
        Level.LOW,
        "attack.initial-access",
    ),
    "device": (
        "{who} signed in with {value} for the first time.",
        "Erste Anmeldung von {who} mit {value}.",
        Level.LOW,
        "attack.initial-access",
    ),
    "app": (
        "{who} used {value} for the first time, which nobody of their group does.",
        "{who} hat {value} zum ersten Mal benutzt, was sonst niemand der Gruppe tut.",
        Level.INFORMATIONAL,
        "attack.collection",
    ),
    "sensitive_app": (
        "{who} used {value}, which holds restricted data, for the first time; nobody of their group does.",
        "{who} hat {value} mit streng vertraulichen Daten zum ersten Mal benutzt, was sonst niemand der Gruppe tut.",
        Level.MEDIUM,
        "attack.collection",
    ),
    "operation": (
        "{who} did {value} for the first time, which nobody of their group does.",
        "{who} hat zum ersten Mal {value} ausgeführt, was sonst niemand der Gruppe tut.",
        Level.LOW,
        "attack.persistence",
    ),
}


def _about(
    name: str,
    title: str,
    level: Level,
    tactic: str,
    sentences: tuple[str, str],
    *,
    is_explained: bool = False,
    step: tuple[str, str] = _ASK,
) -> About:
    """`is_explained`: by a passkey that is used afterwards, since then it was the person."""
    return About(
        id=str(uuid5(NAMESPACE_URL, f"urn:limen:detection:{name}")),
        name=f"limen-{name}",
        title=title,
        level=level,
        tags=(tactic,),
        author="Limen",
        entity="person",
        confidence=50,
        sentence=sentences[0],
        sentence_de=sentences[1],
        next_step=step[0],
        next_step_de=step[1],
        explained_by_passkey=is_explained,
    )


COUNTS: Final = {
    one.name: _about(
        f"unusually-many-{one.name.replace('_', '-')}",
        f"Unusually many {one.words[0]}",
        Level.MEDIUM,
        one.tactic,
        (
            f"{{who}}: usually {{low}} to {{high}} {one.words[0]} a day, today {{count}}.",
            f"{{who}}: üblich sind {{low}} bis {{high}} {one.words[1]} am Tag, heute {{count}}.",
        ),
    )
    for one in MEASURES
    if one.is_told
}
FIRST_SEEN: Final = {
    one.name: _about(
        f"first-seen-{one.name.replace('_', '-')}",
        f"First-seen {one.name.replace('_', ' ')}",
        level,
        tactic,
        (english, german),
        is_explained=one.name in _WHERE,
    )
    for one in SIGHTS
    for english, german, level, tactic in [_SEEN[one.name]]
}
ODD_HOUR: Final = _about(
    "unusual-hour",
    "Signed in at an unusual hour",
    Level.LOW,
    "attack.initial-access",
    (
        "{who} signed in on {date} after {hour}; usually active on such days: {usual}.",
        "Anmeldung von {who} am {date} nach {hour} Uhr; sonst aktiv an solchen Tagen: {usual}.",
    ),
    is_explained=True,
)
BEFORE_LEAVING: Final = {
    one.name: _about(
        f"unusually-many-{one.name.replace('_', '-')}-before-leaving",
        f"Unusually many {one.words[0]} before leaving",
        Level.MEDIUM,
        one.tactic,
        (
            f"{{who}} leaves after {{last_day}}: usually {{low}} to {{high}} {one.words[0]} a day, today {{count}}.",
            f"{{who}} geht nach dem {{last_day}}: üblich {{low}} bis {{high}} {one.words[1]} am Tag, heute {{count}}.",
        ),
        step=(_SPEAK, _SPEAK_DE),
    )
    for one in MEASURES
    if one.is_worse_of_leavers
}
TAKEN_BEFORE_LEAVING: Final = _about(
    "taken-before-leaving",
    "More taken than usual before leaving",
    Level.MEDIUM,
    "attack.exfiltration",
    (
        "{who} {leaves}. More was taken than usual in the {days} days before: {what}.",
        "{who} {leaves_de}. In den {days} Tagen davor wurde mehr mitgenommen als üblich: {what_de}.",
    ),
    step=(_SPEAK, _SPEAK_DE),
)
HIDDEN: Final = _about(
    "hidden-sign-in",
    "Signed in through an anonymising service",
    Level.MEDIUM,
    "attack.command-and-control",
    (
        "{who} signed in from {address}, which {lists} lists as anonymiser: anybody could be behind it.",
        "Anmeldung von {who} über {address}, laut {lists} ein Anonymisierungsdienst: Dahinter kann jeder stehen.",
    ),
    is_explained=True,
)
USUAL: Final = (
    *COUNTS.values(),
    *BEFORE_LEAVING.values(),
    TAKEN_BEFORE_LEAVING,
    *FIRST_SEEN.values(),
    ODD_HOUR,
    HIDDEN,
)
