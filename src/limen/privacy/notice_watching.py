"""What a notice tells about watching: which logs are looked at, what is kept of people, and what may come of it."""

from __future__ import annotations

from limen.clock import DAY
from limen.messages import Words
from limen.monitor.alerts.service import KEPT
from limen.monitor.detections.shared_accounts.shared_accounts import REMEMBERED
from limen.monitor.detections.usual.person import MOST_DAYS
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.response.model import Doing
from limen.privacy.notice_section import Section


def watched(words: Words, rules: MonitorRules) -> Section:
    """What `monitor.yaml` has watched."""
    lead = words.gettext(
        "Rules look for signs of break-ins in Limen's own records and in the logs named here. Logs of other systems "
        "are kept as they came, and can hold more than Limen records itself: names, files, commands, addresses."
    )
    return Section(
        words.gettext("What is watched"),
        (lead,),
        (
            *_sources(words, rules),
            words.gettext(
                "for each person, where they sign in from (country, network, kind of browser), at which hours of the "
                "week, which apps they open, and how much they download, delete and send on a day: up to {days} days "
                "of it, so that what is unusual is noticed",
                days=MOST_DAYS,
            ),
            words.gettext(
                "for each person, whether their account is in use at two places at once: the sign-ins, places, kinds "
                "of browser and times of the last {days} days; told is what happened on several days, to those who "
                "administer Limen",
                days=REMEMBERED // DAY,
            ),
            words.gettext(
                "for each look at the list of unique identities, whether two accounts have an authenticator app, a "
                "mailbox, an employee number, a device, a browser or a name in common, and whether an account is used "
                "at all; kept is only what was decided about it, and who looked"
            ),
            words.gettext(
                "a risk score of each person, session and device, from what rules found; it fades by half within "
                "{length}, and policies may ask for a passkey or refuse because of it",
                length=words.length(rules.risk.half_life_ms),
            ),
            words.gettext(
                "alerts: whom one is about, what was found, what was done; kept for {length}", length=words.length(KEPT)
            ),
            _by_itself(words, rules),
            words.gettext(
                "when someone is erased, their usual behaviour, places, findings and scores go at once; logs of other "
                "systems keep the names in them until they expire"
            ),
        ),
    )


def _sources(words: Words, rules: MonitorRules) -> tuple[str, ...]:
    return tuple(
        words.gettext(
            "logs of {source} ({kind}), kept for {length}",
            source=name,
            kind=source.kind,
            length=words.length(source.keep_ms // DAY * DAY),
        )
        for name, source in sorted(rules.sources.items())
    )


def _by_itself(words: Words, rules: MonitorRules) -> str:
    """What happens before anybody has looked."""
    does = sorted({playbook.does for playbook in rules.playbooks})
    if not does:
        return words.gettext("beyond that, people decide what is done about an alert")
    said = {
        Doing.STEP_UP: words.gettext("a passkey is asked for again"),
        Doing.END_SESSIONS: words.gettext("sessions end"),
        Doing.QUARANTINE: words.gettext("a device opens nothing"),
        Doing.DISABLE: words.gettext("an account opens nothing"),
    }
    named = ", ".join(said[one] for one in does)
    return words.gettext(
        "without anybody deciding, these may happen, and each can be undone: {measures}", measures=named
    )
