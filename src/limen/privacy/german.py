"""The notices' texts in German."""

from __future__ import annotations

from typing import Final

TITLES: Final = {
    "employees": "Was {company} aufzeichnet, wenn Sie sich anmelden und Apps nutzen",
    "works-council": "Was Limen bei {company} aufzeichnet, wie lange, und wer es sehen kann",
}
LEAD: Final = (
    "Eine Vorlage, gefüllt aus den geltenden Einstellungen und Richtlinien. Lassen Sie sie prüfen, bevor Sie sie "
    "aushändigen; sie ist keine Rechtsberatung."
)
PURPOSE: Final = "Wozu es dient"
RECORDED: Final = "Was aufgezeichnet wird"
RECORDED_LEAD: Final = "Über jede Anfrage an eine geschützte App entscheiden Regeln, und die Entscheidung wird notiert:"
RECORDED_ITEMS: Final = (
    "wann, welche App und welche Art von Handlung (ansehen, bearbeiten, herunterladen, …), mit dem Muster des Pfades",
    "die Antwort und die Regeln, die sie gaben",
    "von welcher Netzadresse, in welcher Sitzung, und womit Sie sich ausgewiesen haben",
    (
        "worauf die Entscheidung beruhte: Ihre Gruppen, wann und wie Sie sich ausgewiesen haben, der Ort, wo er "
        "bekannt ist"
    ),
    (
        "An- und Abmelden, neue und entfernte Passkeys, Passwörter, Codes, Links und Mails; von Geheimnissen nur, "
        "dass sie geändert wurden"
    ),
    (
        "während eine App eingerichtet wird, höchstens 14 Tage lang: welche Arten von Pfaden gefragt sind und von wie "
        "vielen, ohne Kennungen und Titel, und wer abgewiesen worden wäre; das wird eine Woche später gelöscht"
    ),
)
NOT_RECORDED: Final = "Was nie aufgezeichnet wird"
NOT_RECORDED_ITEMS: Final = (
    "was Sie in einer App lesen, schreiben, hoch- oder herunterladen",
    "Suchwörter und alles andere hinter dem Fragezeichen einer Adresse",
    "Passwörter, Codes, Fingerabdrücke und Gesichter: die letzten beiden verlassen Ihr Gerät nie",
    "Ihr Name und Ihre E-Mail-Adresse im Protokoll: dort steht eine Kennung; der Name liegt getrennt und ist löschbar",
)
KEPT: Final = "Wie lange es aufbewahrt wird"
READERS: Final = "Wer es sehen kann"
READERS_LEAD: Final = (
    "Nach den geltenden Richtlinien. Auch über jeden Blick in die Konsole wird entschieden und er notiert."
)
ACTIONS: Final = {
    "audit": "Entscheidungen und Ereignisse lesen",
    "support": "Bei Sitzungen und verlorenen Geräten helfen, ohne Entscheidungen",
    "administer": "Alles verwalten und lesen",
}
NOBODY: Final = "niemand"
RIGHTS: Final = "Ihre Rechte"
KINDS: Final = "Alle Arten von Ereignissen"
KINDS_LEAD: Final = "Das Protokoll kennt diese Arten von Einträgen und keine anderen; die Referenz beschreibt jede."
FIELDS: Final = "Was ein Eintrag enthält"
FIELDS_LEAD: Final = "Jeder Eintrag hat einige dieser Felder, in der Form des Open Cybersecurity Schema Framework:"
FIELD_ITEMS: Final = (
    "Zeit, Art, Ausgang und eine eigene Nummer",
    "Kennungen dessen, der etwas tat, und dessen, dem es geschah, und ein Alias der Sitzung",
    "Netzadresse",
    "App, Handlung, Methode, Host und Pfadmuster; die Antwort, die Regeln und die Revision der Regeln",
    "ein Fingerabdruck der genauen Fakten, die je einmal aufbewahrt werden, ohne Namen und E-Mail-Adresse",
)
MONITORING: Final = "Leistung und Verhalten"
MONITORING_SAID: Final = (
    (
        "Limen erstellt keine Auswertungen von Arbeitszeit oder Leistung, ordnet niemanden ein und zählt "
        "Entscheidungen nur für das Unternehmen, eine App oder eine Regel. Wer das Protokoll lesen darf, könnte "
        "sehen, wann eine Person welche App genutzt hat. Wofür das genutzt werden darf, sollte vereinbart werden."
    ),
)
MEASURES: Final = "Technische Maßnahmen"
CHANGES: Final = "Stand"


def purpose(company: str, apps: int) -> str:
    return (
        f"{company} nutzt Limen, um bei jeder Anfrage zu entscheiden, wer welche von {apps} Apps nutzen darf. Die "
        "Aufzeichnungen erklären Ablehnungen, decken Einbrüche auf und weisen nach, dass die Regeln eingehalten "
        "wurden. Die Apps:"
    )


def kept(
    journal: int, people: int, invited: int, links: int, mails: int, session_hours: float, backups: int
) -> tuple[str, ...]:
    return (
        f"Einträge des Protokolls, mit den Fakten: {_days(journal)}, dann werden sie gelöscht",
        f"Konto und Nachweise ehemaliger Beschäftigter: bis {_days(people)} nach dem Ende des Zugangs"
        if people
        else "Konto und Nachweise ehemaliger Beschäftigter: bis jemand sie löscht",
        f"Einladungen, denen niemand folgte: {_days(invited)}"
        if invited
        else "Einladungen, denen niemand folgte: bis jemand sie löscht",
        f"was aus Einmal-Links wurde: {_days(links)}; aus Mails: {_days(mails)}",
        f"Sitzungen: bis zu {session_hours:g} Stunden".replace(".", ","),
        f"Sicherungen: die neuesten {backups}, eine am Tag; Gelöschtes steht darin, bis auch sie fort sind"
        if backups
        else "Sicherungen: Limen legt selbst keine an; von Hand angelegte enthalten, was sie enthielten",
    )


def rights(page: str, contact: str) -> tuple[str, ...]:
    return (
        f"sehen, was über Sie aufgezeichnet ist, und eine Kopie herunterladen: {page}",
        (
            "Ihre Daten löschen lassen, wenn Sie gehen; was Sie anderen taten oder andere Ihnen, bleibt unter einer "
            "Kennung, bis seine Zeit um ist"
        ),
        f"fragen: {contact}" if contact else "fragen: (hier und unter [help] in limen.toml jemanden nennen)",
    )


def measures(*, is_https: bool) -> tuple[str, ...]:
    return (
        (
            "das Protokoll ist eine Kette signierter Prüfsummen: kein Eintrag lässt sich unbemerkt ändern, entfernen "
            "oder umordnen, und die Einträge einer Person sind löschbar, ohne dass sie reißt"
        ),
        "Namen liegen getrennt vom Protokoll, das nur Kennungen enthält",
        "Startwerte und Signaturschlüssel sind verschlüsselt; Passwörter liegen als Argon2id-Hash vor, Tokens als Hash",
        "wer Personen oder Regeln ändert, weist sich in den zehn Minuten davor neu aus, und es wird notiert",
        "die Übertragung ist verschlüsselt (TLS)"
        if is_https
        else "die Übertragung ist NICHT verschlüsselt: die Adresse beginnt mit http",
    )


def changes(revision: str, people: int) -> str:
    return (
        f"Regeln der Revision {revision}, {people} Personen mit Zugang. Drucken Sie es neu, wenn sich Regeln oder "
        "Einstellungen ändern."
    )


def group(title: str, count: int) -> str:
    return f"{title} ({count} {'Person' if count == 1 else 'Personen'})"


def by_policy(policy: str) -> str:
    return f"wen die Richtlinie {policy} nennt"


def _days(count: int) -> str:
    return f"{count} {'Tag' if count == 1 else 'Tage'}"
