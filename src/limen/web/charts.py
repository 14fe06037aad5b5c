"""Charts as SVG from pure functions. Widths are per cent and letters are pixels, so they fit a phone without scaling.

No style attributes and no scripts: colours are classes of the stylesheet, and every mark says its numbers in words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

EFFECTS: Final = ("permit", "challenge", "deny")
_LABEL_EVERY: Final = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour: its name, where its rows are, and how many of each effect.

    `words` are what the three are called; "" where there are none of it.
    """

    name: str
    href: str
    permit: int = 0
    challenge: int = 0
    deny: int = 0
    words: tuple[str, str, str] = ("permitted", "challenged", "denied")

    @property
    def total(self) -> int:
        return self.permit + self.challenge + self.deny

    @property
    def said(self) -> str:
        counts = zip((self.permit, self.challenge, self.deny), self.words, strict=True)
        return f"{self.name}: {', '.join(f'{count:,} {word}' for count, word in counts if word)}"


def bars(hours: Sequence[Bar], said: str, height: int = 264) -> Markup:
    """Stacked columns. Each that holds anything is a link to its rows."""
    top = round_up(max((hour.total for hour in hours), default=0))
    floor, ceiling = height - 24, 18
    slot = 100 / max(len(hours), 1)
    parts = [_grid(value, floor - value / top * (floor - ceiling)) for value in (top, top // 2, 0)]
    for index, hour in enumerate(hours):
        parts.append(_column(hour, index * slot, slot, floor, (floor - ceiling) / top))
        if index % _LABEL_EVERY == _LABEL_EVERY - 1:
            thin = "" if index // _LABEL_EVERY % 2 else "thin"
            parts.append(
                Markup('<text class="{}" x="{:.2f}%" y="{}" text-anchor="middle">{}</text>').format(
                    thin, (index + 0.5) * slot, height - 6, hour.name
                )
            )
    whole = Markup('<svg class="bars" width="100%" height="{}" role="group" aria-label="{}">{}</svg>')
    return whole.format(height, said, Markup("").join(parts))


def _grid(value: int, y: float) -> Markup:
    text = Markup('<text class="value" x="0" y="{:.1f}">{:,}</text>').format(y - 5, value) if value else Markup("")
    return Markup('<line x1="0" x2="100%" y1="{:.1f}" y2="{:.1f}"/>{}').format(y, y, text)


def _column(hour: Bar, x: float, slot: float, floor: int, scale: float) -> Markup:
    y, marks = float(floor), []
    for effect in EFFECTS:
        count: int = getattr(hour, effect)
        if count:
            tall = max(count * scale, 2.0)
            y -= tall
            marks.append(
                Markup('<rect class="{}" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}" rx="2"/>').format(
                    effect, x + slot * 0.17, y, slot * 0.66, max(tall - 1, 1.5)
                )
            )
    ground = Markup('<rect class="ground" x="{:.2f}%" y="0" width="{:.2f}%" height="{}"/>').format(x, slot, floor)
    inside = Markup("<title>{}</title>{}{}").format(hour.said, ground, Markup("").join(marks))
    if not hour.total:
        return Markup("<g>{}</g>").format(inside)
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(hour.href, hour.said, inside)


def ring(part: int, whole: int, said: str) -> Markup:
    """How much of a whole: a ring that fills, its share in figures. A share is rounded down: 100 % means all."""
    share = part / whole if whole else 0.0
    around = 2 * math.pi * 42
    value = Markup('<circle class="value" cx="50" cy="50" r="42" stroke-dasharray="{:.1f} {:.1f}"/>').format(
        share * around, around + 9
    )
    return Markup(
        '<svg class="ring" viewBox="0 0 100 100" role="img" aria-label="{}"><title>{}</title>'
        '<g transform="rotate(-90 50 50)"><circle class="track" cx="50" cy="50" r="42"/>{}</g>'
        '<text x="50" y="57" text-anchor="middle">{}%</text></svg>'
    ).format(said, said, value if part else Markup(""), math.floor(share * 100))


def share(counts: Mapping[str, int]) -> Markup:
    """One strip, cut in the proportion of the effects; empty where nothing was decided."""
    whole = sum(counts.get(effect, 0) for effect in EFFECTS)
    x, parts = 0.0, []
    for effect in EFFECTS:
        wide = counts.get(effect, 0) / whole * 100 if whole else 0.0
        if wide:
            title = f"{effect}: {counts[effect]:,}"
            parts.append(
                Markup('<rect class="{}" x="{:.2f}%" width="{:.2f}%" height="10"><title>{}</title></rect>').format(
                    effect, x, wide, title
                )
            )
        x += wide
    said = ", ".join(f"{counts.get(effect, 0):,} {effect}" for effect in EFFECTS)
    strip = Markup('<svg class="share" width="100%" height="10" role="img" aria-label="{}">{}</svg>')
    return strip.format(said, Markup("").join(parts))


def key(effect: str) -> Markup:
    """The colour of an effect in a chart's legend."""
    return Markup(
        '<svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class="{}" width="10" height="10" rx="3"/></svg>'
    ).format(effect)


def round_up(value: int) -> int:
    """The next number that reads well on an axis and has a whole half."""
    size: int = 10 ** (len(str(value)) - 1)
    fitting = (step * size for step in (1, 2, 4, 6, 8, 10) if step * size >= value and step * size % 2 == 0)
    return max(next(fitting, 20 * size), 2)
