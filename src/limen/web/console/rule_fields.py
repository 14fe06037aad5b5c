"""A rule's form as the fields of a page, and what was sent as a form again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Final

from limen.clock import Instant, Milliseconds
from limen.company.tests_file import read_length
from limen.facts import ACTIONS
from limen.policy import Phase, State
from limen.policy.forms import EVERY_DAY, Exemption, Form, FormError, Hours, Needs
from limen.policy.forms.write import length_text
from limen.web.requests import one

MOST_WAYS: Final = 6
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STRENGTHS: Final = ("nothing in particular", "to be signed in", "two factors", "a passkey")
BINDINGS: Final = ("not asked", "bound", "firmly bound", "bound in hardware")
_FLAGS: Final = (
    "active",
    "device_known",
    "device_managed",
    "device_healthy",
    "country_known",
    "no_anonymiser",
    "risk_may_be_unknown",
    "granted",
)


@dataclass(frozen=True, slots=True)
class Way:
    """One list of needs as a page shows it; `number` is what its fields begin with."""

    number: int
    needs: Needs
    proved_within: str
    signed_in_within: str
    countries: str
    not_countries: str
    days: frozenset[int]
    start: str
    end: str
    until: str

    @property
    def is_empty(self) -> bool:
        return self.needs.is_empty


def ways_of(form: Form, zone: tzinfo) -> list[Way]:
    """The ways of a form, and for what closes an app an empty one more, in which another can be written."""
    ways = [_way(number, needs, zone) for number, needs in enumerate(form.needs)]
    if not form.is_permit and len(ways) < MOST_WAYS:
        ways.append(_way(len(ways), Needs(), zone))
    return ways


def form_in(sent: Mapping[str, Sequence[str]], form_id: str, effect: str, zone: tzinfo) -> Form:
    """The form that these fields make. Raises `FormError` with what to change."""
    is_permit = effect == "permit"
    ways = [way for number in range(MOST_WAYS) if (way := _needs(sent, f"w{number}_", zone)) is not None]
    return Form(
        form_id,
        "permit" if is_permit else "forbid",
        title=_line(one(sent, "title")),
        reason=_line(one(sent, "reason")),
        phase=_chosen(Phase, one(sent, "phase")),
        state=_chosen(State, one(sent, "state")) or State.ENFORCE,
        groups=frozenset(sent.get("groups", ())),
        except_groups=frozenset(sent.get("except_groups", ())),
        is_for_workloads=bool(one(sent, "workloads")),
        apps=frozenset(sent.get("apps", ())),
        is_for_apps_only=bool(one(sent, "apps_only")),
        sensitivity=_number(one(sent, "sensitivity"), "a label"),
        actions=frozenset(sent.get("actions", ())),
        spares_limen=bool(one(sent, "spares_limen")) and not sent.get("apps"),
        needs=tuple(ways or [Needs()]) if is_permit else tuple(way for way in ways if not way.is_empty),
        exemptions=tuple(_exemptions(sent, zone)),
        allow_unknown=_line(one(sent, "allow_unknown")),
    )


def local_text(at: Instant | None, zone: tzinfo) -> str:
    """An instant as the field of a page takes it: local date and time."""
    if at is None:
        return ""
    moment = datetime.fromtimestamp(at // 1000, zone).replace(tzinfo=None)
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def local_instant(text: str, zone: tzinfo) -> Instant | None:
    """What such a field says. A date without a time is the end of that day. Raises `FormError`."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == len("2026-11-27"):
            moment = moment.replace(hour=23, minute=59)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()) * 1000
    except (ValueError, OverflowError, OSError):
        raise FormError(f"{text[:40]!r} is no date", "write it as 2026-11-27 18:00") from None


def _way(number: int, needs: Needs, zone: tzinfo) -> Way:
    hours = needs.hours
    return Way(
        number,
        needs,
        proved_within=_length_field(needs.proved_within),
        signed_in_within=_length_field(needs.signed_in_within),
        countries=", ".join(sorted(needs.countries)),
        not_countries=", ".join(sorted(needs.not_countries)),
        days=hours.days if hours and hours.days != EVERY_DAY else frozenset(),
        start="" if hours is None or hours.is_whole_day else _clock(hours.start),
        end="" if hours is None or hours.is_whole_day else _clock(hours.end % (24 * 60)),
        until=local_text(needs.until, zone),
    )


def _needs(sent: Mapping[str, Sequence[str]], prefix: str, zone: tzinfo) -> Needs | None:
    """One list of needs; None where the page had none of this number."""
    if f"{prefix}strength" not in sent:
        return None

    def said(name: str) -> str:
        return one(sent, prefix + name).strip()

    flags: dict[str, Any] = {name: bool(said(name)) for name in _FLAGS}
    return Needs(
        strength=_number(said("strength"), "a strength") or 0,
        proved_within=_length(said("proved_within")),
        signed_in_within=_length(said("signed_in_within")),
        binding=_number(said("binding"), "a binding") or 0,
        networks=frozenset(sent.get(f"{prefix}networks", ())),
        countries=_countries(said("countries")),
        not_countries=_countries(said("not_countries")),
        risk_below=_number(said("risk_below"), "a risk"),
        hours=_hours(sent.get(f"{prefix}days", ()), said("start"), said("end")),
        until=local_instant(said("until"), zone),
        **flags,
    )


def _exemptions(sent: Mapping[str, Sequence[str]], zone: tzinfo) -> Iterator[Exemption]:
    """The exceptions that were there and are kept, and a new one. A page sends each under its own number."""
    numbers = sorted(name[1:].partition("_")[0] for name in sent if name.startswith("x") and name.endswith("_person"))
    for number in numbers:
        person = one(sent, f"x{number}_person")
        if not person or one(sent, f"x{number}_remove"):
            continue
        until = local_instant(one(sent, f"x{number}_until"), zone)
        if until is None:
            raise FormError("an exception needs an end", "say until when")
        yield Exemption(person, until, _line(one(sent, f"x{number}_reason")))


def _hours(days: Sequence[str], start: str, end: str) -> Hours | None:
    chosen = frozenset(int(day) for day in days if day in {"1", "2", "3", "4", "5", "6", "7"}) or EVERY_DAY
    if chosen == EVERY_DAY and not start and not end:
        return None
    begin, over = _minute(start, 0), _minute(end, 24 * 60)
    return Hours(chosen, begin, over or 24 * 60)


def _minute(text: str, otherwise: int) -> int:
    if not text:
        return otherwise
    hour, _, minute = text.partition(":")
    if not (hour.isdecimal() and minute[:2].isdecimal() and int(hour) < 24 and int(minute[:2]) < 60):
        raise FormError(f"{text[:20]!r} is no time of day", "write it as 06:00")
    return int(hour) * 60 + int(minute[:2])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _length_field(length: Milliseconds | None) -> str:
    return "" if length is None else length_text(length)


def _length(text: str) -> Milliseconds | None:
    if not text:
        return None
    try:
        return read_length(text.replace(" ", ""))
    except ValueError as error:
        raise FormError(str(error), "write it as 15m, 4h or 2d") from None


def _countries(text: str) -> frozenset[str]:
    return frozenset(word.upper() for word in text.replace(",", " ").split())


def _number(text: str, what: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 4:
        raise FormError(f"{what} is a number", "choose one")
    return int(text)


def _chosen(words: Any, text: str) -> Any:
    return words(text) if text in set(words) else None


def _line(text: str) -> str:
    return " ".join(text.split())


def blank(effect: str, app: str) -> Form:
    """What a new rule about an app starts from: that people may use it with a passkey, or that a device be known."""
    if effect == "permit":
        actions = frozenset(ACTIONS[:3])
        return Form("new", "permit", apps=frozenset({app}), actions=actions, needs=(Needs(strength=3),))
    return Form("new", "forbid", apps=frozenset({app}), needs=())


def renamed(form: Form, form_id: str) -> Form:
    return replace(form, id=form_id)
