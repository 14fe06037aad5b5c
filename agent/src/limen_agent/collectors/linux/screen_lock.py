"""Whether the screen locks itself: asked as the person, in their own session.

Asked as root, gsettings answers with the default of the schema, which is *on*. So it counts only with a session bus
of that person and with the desktop running whose setting it is.
"""

from __future__ import annotations

import re
from typing import Any, Final

from limen_agent.collectors.check import NotApplicable, Observed, UndeterminedError
from limen_agent.collectors.machine import Machine, User, said_by
from limen_agent.collectors.memory import Memory

_SCREENS: Final = ("/usr/share/xsessions", "/usr/share/wayland-sessions")
_DESKTOPS: Final = {
    "gnome-shell": ("org.gnome.desktop.screensaver", "org.gnome.desktop.session"),
    "cinnamon": ("org.cinnamon.desktop.screensaver", "org.cinnamon.desktop.session"),
}
"""The program of a desktop, and where it keeps `lock-enabled` with `lock-delay`, and `idle-delay`."""
_SECONDS: Final = 3.0
"""A person can make their own session answer slowly; what others wait for is not held up by it for long."""
_OTHERS: Final = frozenset(
    {"plasmashell", "xfce4-session", "mate-session", "sway", "lxqt-session", "i3", "Hyprland", "weston"}
)


def screen_lock(machine: Machine, memory: Memory) -> Observed | NotApplicable:
    del memory
    if not any(machine.exists(folder) and machine.names(folder) for folder in _SCREENS):
        return NotApplicable("no desktop is installed")
    people = [user for user in machine.people() if machine.exists(_bus(user))]
    if not people:
        raise UndeterminedError("no_session", "nobody's session has a bus now")
    seen = {user.name: of_user(machine, user) for user in people}
    waits = [after for after in seen.values() if after is not None]
    unlocked = [name for name, after in seen.items() if after is None]
    values: dict[str, Any] = {"enabled": not unlocked, "after_s": max(waits, default=None) if not unlocked else None}
    if unlocked:
        return Observed(values, f"the screen of {said_by(unlocked)} does not lock itself")
    return Observed(values, f"the screen locks after {values['after_s']} s")


def of_user(machine: Machine, user: User) -> int | None:
    """Seconds until it is locked; None where it never is. Raises UndeterminedError."""
    names = {program.name for program in machine.programs() if program.uid == user.uid}
    desktops = [desktop for desktop in _DESKTOPS if desktop in names]
    if len(desktops) != 1 or names & _OTHERS:
        raise UndeterminedError("unsupported", f"the desktop of {user.name} is none that this agent knows")
    lock, session = _DESKTOPS[desktops[0]]
    is_on = _setting(machine, user, lock, "lock-enabled")
    idle_s = _seconds(_setting(machine, user, session, "idle-delay"))
    delay_s = _seconds(_setting(machine, user, lock, "lock-delay"))
    if is_on not in {"true", "false"}:
        raise UndeterminedError("unreadable", "what gsettings printed was not understood")
    return None if is_on == "false" or idle_s == 0 else idle_s + delay_s


def _setting(machine: Machine, user: User, schema: str, key: str) -> str:
    environ = {
        "XDG_RUNTIME_DIR": _runtime(user),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={_bus(user)}",
        "USER": user.name,
    }
    ran = machine.run("gsettings", "get", schema, key, seconds=_SECONDS, user=user, environ=environ)
    if ran.code != 0 or ran.err.strip():  # it warns where it answers with a default because it reached nobody
        raise UndeterminedError(ran.reason, f"gsettings does not tell {key}")
    return ran.out.strip()


def _seconds(said: str) -> int:
    found = re.fullmatch(r"uint32 (\d{1,9})", said, re.ASCII)
    if not found:
        raise UndeterminedError("unreadable", "what gsettings printed was not understood")
    return int(found[1])


def _bus(user: User) -> str:
    return f"{_runtime(user)}/bus"


def _runtime(user: User) -> str:
    """Where logind keeps what belongs to a person's session (pam_systemd(8))."""
    return f"/run/user/{user.uid}"
