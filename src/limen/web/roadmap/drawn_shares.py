"""A share against what is asked of it, and how it went over thirty days, as SVG from pure functions.

What is unknown is drawn as unknown: an empty frame in the bar, and no line on that day. Never as nothing, or as all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup

from limen.roadmap.holding import Day
from limen.roadmap.model import Grade, Part
from limen.roadmap.roadmap import LINE_DAYS

_PAD: Final = 3
"""Around the line, so that its ends are whole."""


def percent(share: float) -> str:
    """A share in figures. It is rounded down: 100 % means all."""
    return f"{math.floor(share * 1000 + 1e-9) / 10:g}\u00a0%"


def bar(part: Part | None) -> Markup:
    """How much of its rows are as they should be, with a mark at what is asked."""
    share = None if part is None else part.share
    asked = 1.0 if part is None else part.at_least
    said = "unknown" if share is None else f"{percent(share)}, and {percent(asked)} is asked"
    kind = "unknown" if share is None else "met" if part is not None and part.is_met else "missed"
    filled = Markup("")
    if share:
        filled = Markup('<rect class="value" x="0" y="2" width="{:.2f}%" height="8" rx="4"/>').format(share * 100)
    return Markup(
        '<svg class="share-bar {}" width="100%" height="12" role="img" aria-label="{}"><title>{}</title>'
        '<rect class="track" x="0" y="2" width="100%" height="8" rx="4"/>{}{}</svg>'
    ).format(kind, said, said, filled, _mark(asked))


def _mark(asked: float) -> Markup:
    """Where it counts as met; where that is the whole, the end of the bar says so."""
    if asked >= 1.0:
        return Markup("")
    return Markup('<rect class="asked" x="{:.2f}%" y="0" width="2" height="12"/>').format(asked * 100)


def trend(days: Sequence[Day], today: date, wide: int = 76, tall: int = 24) -> Markup:
    """How far a control was of what is asked, over the last thirty days up to `today`; a gap where nobody knows."""
    by_day = {one.day: one for one in days if one.grade is not Grade.UNKNOWN}
    first = today - timedelta(days=LINE_DAYS - 1)
    drawn = Markup("").join(_stretch(some, wide, tall) for some in _stretches(by_day, first))
    said = _said([by_day[day] for day in sorted(by_day) if first <= day <= today])
    return Markup(
        '<svg class="trend" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{said}">'
        '<title>{said}</title><line class="asked" x1="0" x2="{w}" y1="{top}" y2="{top}"/>{drawn}</svg>'
    ).format(w=wide, h=tall, top=_PAD, said=said, drawn=drawn)


def _stretches(by_day: Mapping[date, Day], first: date) -> Iterator[list[tuple[int, float]]]:
    """The days on record that follow one another: the place of each in the thirty, and its share."""
    some: list[tuple[int, float]] = []
    for place in range(LINE_DAYS):
        day = by_day.get(first + timedelta(days=place))
        if day is not None:
            some.append((place, day.share))
        elif some:
            yield some
            some = []
    if some:
        yield some


def _stretch(some: Sequence[tuple[int, float]], wide: int, tall: int) -> Markup:
    points = [
        (_PAD + place / (LINE_DAYS - 1) * (wide - 2 * _PAD), tall - _PAD - share * (tall - 2 * _PAD))
        for place, share in some
    ]
    end = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2"/>').format(*points[-1])
    if len(points) == 1:
        return end
    return Markup('<polyline points="{}"/>{}').format(" ".join(f"{x:.1f},{y:.1f}" for x, y in points), end)


def _said(days: Sequence[Day]) -> str:
    if not days:
        return "nothing was measured on the last 30 days"
    least, most = (percent(pick(one.share for one in days)) for pick in (min, max))
    share = most if least == most else f"{least} to {most}"
    count = f"{len(days)} {'day' if len(days) == 1 else 'days'}"
    return f"{share} of what is asked, on {count} of the last {LINE_DAYS}"
