"""Pictures as SVG from pure functions: no style attributes and no scripts, so the strict policy holds."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

EFFECTS = ("permit", "challenge", "deny")

_STROKED = {
    "permit": '<path d="M4.5 12.5l5 5 10-11"/>',
    "challenge": '<circle cx="8" cy="14.5" r="4"/><path d="M11 11.5l8-8M16 6.5l3 3"/>',
    "deny": '<path d="M6 6l12 12M18 6L6 18"/>',
    "open": '<circle cx="12" cy="12" r="7.5"/>',
    "unreached": '<path d="M6 12h12"/>',
    "heed": '<path d="M12 4l9 16H3zM12 10v4.5M12 17.3v.2"/>',
    "passkey": '<circle cx="9" cy="8" r="4"/><path d="M2.5 20c.5-4 3-6 6.5-6 1.5 0 2.8.4 3.8 1.1"/>'
    '<circle cx="17.5" cy="13" r="2.6"/><path d="M17.5 15.6V22l-1.5-1.5M17.5 19l1.5 1"/>',
    "overview": '<path d="M4 20V10l8-6 8 6v10M9.5 20v-6h5v6"/>',
    "decisions": '<path d="M4 6h3M4 12h3M4 18h3M11 6h9M11 12h9M11 18h9"/>',
    "policies": '<path d="M6 3h9l4 4v14H6zM14.5 3v4.5H19M9.5 12h6M9.5 16h6"/>',
    "people": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.4-4 3-6 6.5-6s6.100 2 6.5 6M16 5a3.5 3.5 0 010 6.5'
    'M18 14.5c2 .8 3.2 2.600 3.5 5.5"/>',
    "apps": '<rect x="4" y="4" width="6.5" height="6.5" rx="1.5"/><rect x="13.5" y="4" width="6.5" height="6.5" '
    'rx="1.5"/><rect x="4" y="13.5" width="6.5" height="6.5" rx="1.5"/><rect x="13.5" y="13.5" width="6.5" '
    'height="6.5" rx="1.5"/>',
    "watch": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/>'
    '<circle cx="12" cy="12" r="2.8"/>',
    "onward": '<path d="M5 12h14M13 6l6 6-6 6"/>',
}


def icon(name: str) -> Markup:
    """A line drawing for beside a word; it says nothing to a screen reader."""
    return Markup(
        '<svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{}</svg>'
    ).format(Markup(_STROKED[name]))  # noqa: S704 -- from the table above


MARK = Markup(
    '<svg width="32" height="32" viewBox="0 0 32 32" aria-hidden="true">'
    '<path class="arch" d="M4 27V14a12 12 0 0124 0v13z"/>'
    '<path class="door" d="M11 27V15a5 5 0 0110 0v12z"/><path class="sill" d="M2 27h28v3H2z"/></svg>'
)


def monogram(name: str, kind: str = "") -> Markup:
    """Up to two letters of a name on a ground that is always the same for that name. `kind`: "" square or "round"."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    letters = (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).strip()
    letters = letters.upper() if len(words) > 1 else letters.capitalize()
    radius = 22 if kind == "round" else 11
    return Markup(
        '<svg class="monogram h{} {}" viewBox="0 0 44 44" aria-hidden="true"><rect width="44" height="44" rx="{}"/>'
        '<text x="22" y="28" text-anchor="middle">{}</text></svg>'
    ).format(zlib.crc32(name.encode()) % 12, kind, radius, letters)


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour: its name, where its rows are, and how many of each effect."""

    name: str
    href: str
    permit: int = 0
    challenge: int = 0
    deny: int = 0

    @property
    def total(self) -> int:
        return self.permit + self.challenge + self.deny


def bars(hours: Sequence[Bar], width: int = 880, height: int = 190) -> Markup:
    """Stacked columns. Each is a link to its rows and says its numbers in words."""
    top = _round_up(max((hour.total for hour in hours), default=0))
    floor, ceiling = height - 22, 14
    slot = (width - 34) / max(len(hours), 1)
    parts = [
        Markup(
            '<line class="axis" x1="34" x2="{}" y1="{}" y2="{}"/><text x="28" y="{}" text-anchor="end">{}</text>'
        ).format(width, y, y, y + 4, f"{value:,}")
        for value, y in ((0, floor), (top // 2, (floor + ceiling) / 2), (top, ceiling))
    ]
    for index, hour in enumerate(hours):
        x, y = 34 + index * slot, float(floor)
        column = [
            Markup('<rect class="hit" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
                x, ceiling, slot, floor - ceiling
            )
        ]
        for effect in EFFECTS:
            count = getattr(hour, effect)
            tall = count / top * (floor - ceiling)
            y -= tall
            if count:
                column.append(
                    Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="1.5"/>').format(
                        effect, x + slot * 0.16, y, slot * 0.68, max(tall - 1, 1.5)
                    )
                )
        said = f"{hour.name}: {hour.permit} permitted, {hour.challenge} challenged, {hour.deny} denied"
        parts.append(
            Markup('<a href="{}" aria-label="{}"><title>{}</title>{}</a>').format(
                hour.href, said, said, Markup("").join(column)
            )
            if hour.total
            else Markup("<g><title>{}</title>{}</g>").format(said, column[0])
        )
        if index % 3 == 0:
            parts.append(
                Markup('<text class="{}" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                    "thin" if index % 6 else "", x + slot / 2, height - 4, hour.name
                )
            )
    return Markup('<svg class="bars" viewBox="0 0 {} {}" role="group" aria-label="Decisions per hour">{}</svg>').format(
        width, height, Markup("").join(parts)
    )


def ring(part: int, whole: int, said: str) -> Markup:
    """How much of a whole: a ring that fills, its share in figures."""
    share = part / whole if whole else 0.0
    around = 2 * math.pi * 42
    return Markup(
        '<svg class="ring" viewBox="0 0 100 100" role="img" aria-label="{}">'
        '<circle class="track" cx="50" cy="50" r="42"/>'
        '<circle class="value" cx="50" cy="50" r="42" stroke-dasharray="{:.1f} {:.1f}" transform="rotate(-90 50 50)"/>'
        '<text x="50" y="57" text-anchor="middle">{}</text></svg>'
    ).format(said, share * around, around + 9, f"{share:.0%}")


def share(counts: dict[str, int]) -> Markup:
    """One strip, cut in the proportion of the effects."""
    whole = sum(counts.values()) or 1
    x, parts = 0.0, []
    for effect in EFFECTS:
        wide = counts.get(effect, 0) / whole * 100
        if wide:
            parts.append(Markup('<rect class="{}" x="{:.2f}" width="{:.2f}" height="10"/>').format(effect, x, wide))
        x += wide
    said = ", ".join(f"{counts.get(effect, 0)} {effect}" for effect in EFFECTS)
    return Markup(
        '<svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(said, Markup("").join(parts))


def key(effect: str) -> Markup:
    """The colour of an effect in a chart's legend."""
    return Markup(
        '<svg class="share key" viewBox="0 0 10 10" aria-hidden="true">'
        '<rect class="{}" width="10" height="10" rx="2"/></svg>'
    ).format(effect)


def _round_up(value: int) -> int:
    """The next number that reads well on an axis and has a whole half."""
    size = 10 ** max(len(str(value)) - 1, 0)
    return (
        next((step * size for step in (1, 2, 4, 6, 8, 10) if step * size >= value and step * size % 2 == 0), 20 * size)
        or 2
    )
