"""Blast radii in words, as the console and `limen network blast` say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.company.blast.radius import Blast, Entry, Permitted
from limen.company.blast.shrinking import By, Shrinking
from limen.company.blast.taken import Kind, Taken
from limen.facts import App, Label, Person
from limen.messages import lists

TITLES: Final[Mapping[Taken, str]] = {
    Taken.LAPTOP: "Laptop stolen",
    Taken.COOKIE: "Session cookie stolen",
    Taken.PASSWORD: "Password stolen",
    Taken.TOKEN: "Token stolen",
    Taken.PLACE: "Taken over",
}
WHAT_IT_MEANS: Final[Mapping[Taken, str]] = {
    Taken.LAPTOP: "The device with its sessions, at any health, where it was seen last and in its tunnel.",
    Taken.COOKIE: "A session with all that was proved in it, somewhere on the internet, without the device that it is "
    "bound to.",
    Taken.PASSWORD: "One factor, somewhere on the internet, on a device that nobody knows.",
    Taken.TOKEN: "Every good token for an app, from where it was used last.",
    Taken.PLACE: "Somebody acts from there. Nobody's access goes with it.",
}
NO_HUMAN_STEP: Final = (
    "Without a further human step: nobody approves a request, touches a passkey or types a code. What was proved "
    "already still counts, and so do grants that are active now."
)
NO_WALL: Final = "A password behind a service that is open in the network is not counted as a wall."


def counted_here(blast: Blast) -> str:
    """What is taken, and what counts as a step from there."""
    parts = [WHAT_IT_MEANS[blast.taken], *([] if blast.taken is Taken.PLACE else [NO_HUMAN_STEP])]
    return " ".join([*parts, *([NO_WALL] if blast.network is not None else [])])


def whose(blast: Blast) -> str:
    """`the laptop of ada@harbor.example`"""
    match blast.holder.kind:
        case Kind.PERSON:
            what = {Taken.LAPTOP: "laptop", Taken.COOKIE: "session cookie", Taken.PASSWORD: "password"}[blast.taken]
            return f"the {what} of {blast.holder.name}"
        case Kind.WORKLOAD:
            return f"the tokens of {blast.holder.name}"
        case Kind.DEVICE:
            return f"the device {blast.holder.name}"
    return blast.holder.name


def sensitive(blast: Blast) -> int:
    """How much of what is reached is confidential or restricted."""
    apps = {one.app.id: one.app.sensitivity for one in blast.apps}.values()
    places = [one.asset.sensitivity for one in blast.network.reached] if blast.network else []
    return sum(one >= Label.CONFIDENTIAL for one in (*apps, *places))


def entry_said(entry: Entry, apps: Mapping[str, App]) -> str:
    """Why they are in a place of the network at first."""
    known = {
        "taken": "taken over",
        "seen": "seen there lately",
        "tunnel": "by the device's tunnel",
        "internet": "from anywhere",
    }
    return known.get(entry.why) or f"let in by {apps[entry.why].name if entry.why in apps else entry.why}"


def permitted_said(one: Permitted) -> str:
    """`view, edit, by finance-payroll (finance)`"""
    by = ", ".join(one.policies)
    through = f" ({', '.join(one.groups)})" if one.groups else ""
    doubt = "" if one.is_certain else "; could not be ruled out"
    return f"{', '.join(one.actions)}, by {by}{through}{doubt}"


def change_said(change: Shrinking, people: Mapping[str, Person]) -> str:
    """What to do, as the title of the draft has it."""
    match change.by:
        case By.FLOW if change.to_zone:
            return f"Keep the flow {change.name} out of {change.to_zone}"
        case By.FLOW:
            return f"Take out the flow {change.name}"
        case By.ISOLATION:
            return f"Keep the hosts of {change.name} apart"
        case By.GROUP:
            who = people[change.person].name if change.person in people else change.person
            return f"Remove {who} from the group {change.name}"
        case By.BINDING:
            return f"Require a session that is bound to its device for {change.name}"
    return f"Require a grant for {change.name}"


def spared_said(change: Shrinking, apps: Mapping[str, App], most: int = 8) -> str:
    names = [apps[one].name if one in apps else one for one in change.apps]
    return lists.joined([*names, *(one.name for one in change.assets)], most=most)
