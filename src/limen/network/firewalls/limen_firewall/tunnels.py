"""Where tunnels of devices end that are elsewhere."""

from __future__ import annotations

import ipaddress
import json
import re
import shutil
import socket
import subprocess
import threading
from typing import Any, Iterable

from limen.following.program.commands import run
from limen.following.program.kept import Wrong, write
from limen.network.firewalls.limen_firewall.differences import MOST_DIFFERENCES
from limen.network.firewalls.limen_firewall.places import KEPT

MOST_PEERS = 5_000


class Tunnels:
    """The interface of WireGuard by which devices come that are elsewhere, and its peers: each with a key of its own
    and addresses of its own, so that nobody uses another's (wg(8), allowed-ips). It opens nothing: rules do.

    The private key is made here and stays here.
    """

    def __init__(self) -> None:
        self.key = ""
        """The public one; "" where no tunnels end here."""
        self._said: dict[str, Any] | None = None
        self._lock = threading.RLock()

    def begin(self) -> None:
        """Those that are there from before go on: whoever asks by which key is told so at once."""
        if is_interface(KEPT.read("tunnels").get("interface", "")):
            self.key = run("wg", "pubkey", given=self._private() + "\n").strip()

    def follow(self, said: dict[str, Any] | None) -> None:
        """Have these tunnels, and no others. Raises Wrong."""
        with self._lock:
            self._follow(None if said is None else {name: one for name, one in said.items() if name != "names"})

    def _follow(self, said: dict[str, Any] | None) -> None:
        kept = KEPT.read("tunnels").get("interface", "")
        if kept and (said is None or said["interface"] != kept):
            self.end()
        if said is None:
            return
        if is_interface(kept) and said == self._said:
            return
        about = checked_tunnels(said)
        interface = about["interface"]
        private = self._private()
        if not is_interface(interface):
            self._said = None
            KEPT.put("tunnels", {"interface": interface})
            make_tunnels(interface)
        elif kept != interface:
            raise Wrong(f"{interface} is there already, and Limen did not make it")
        lines = ["[Interface]", f"PrivateKey = {private}", f"ListenPort = {about['port']}"]
        for peer in about["peers"]:
            lines += ["[Peer]", f"PublicKey = {peer['key']}", f"AllowedIPs = {', '.join(peer['addresses'])}"]
        run("wg", "syncconf", interface, "/dev/stdin", given="\n".join(lines) + "\n")
        if self._said is None or self._said["addresses"] != said["addresses"]:
            run("ip", "address", "flush", "dev", interface)
            for address in about["addresses"]:
                run("ip", "address", "replace", address, "dev", interface, *(["nodad"] if ":" in address else []))
            run("ip", "link", "set", interface, "mtu", "1420", "up")
        self._said, self.key = said, run("wg", "pubkey", given=private + "\n").strip()

    def forget(self) -> bool:
        """Have no peers until they are said again, as Limen was not heard for long: it held each for half a minute
        after its agent was; whether there were any.
        """
        had = self._said is not None and bool(self._said["peers"])
        if had:
            self.follow({**(self._said or {}), "peers": []})
        return had

    def look(self) -> list[dict[str, str]]:
        """What of them somebody changed here: where, and what it was and is ("": nothing)."""
        with self._lock:
            if self._said is None:
                return []
            interface, was = self._said["interface"], self._meant()
            is_now = _tunnels_now(interface) if is_interface(interface) else {}
            if not is_now:
                return [{"where": f"tunnels {interface}", "was": "there", "is": ""}]
            return [
                {"where": f"tunnels {interface}: {where}", "was": was.get(where, ""), "is": is_now.get(where, "")}
                for where in sorted({*was, *is_now})
                if was.get(where) != is_now.get(where)
            ][:MOST_DIFFERENCES]

    def put_back(self) -> None:
        """Have them as Limen said last. A peer that is otherwise goes first: what it has beside stays by `syncconf`."""
        with self._lock:
            said, self._said = self._said, None
            if said is None:
                return
            interface = said["interface"]
            if is_interface(interface):
                meant = {where: what for where, what in self._meant(said).items() if where.startswith("peer ")}
                for where, what in _tunnels_now(interface).items():
                    if where.startswith("peer ") and meant.get(where) != what:
                        run("wg", "set", interface, "peer", where[5:], "remove")
            self._follow(said)

    def _meant(self, said: dict[str, Any] | None = None) -> dict[str, str]:
        """As `_tunnels_now` has it."""
        said = said or self._said or {}
        own = {"key": self.key, "port": str(said["port"]), "state": "up", "addresses": _sorted(said["addresses"])}
        return {**own, **{f"peer {one['key']}": _sorted(one["addresses"]) for one in said["peers"]}}

    def end(self) -> None:
        """No tunnel ends here any more."""
        interface = KEPT.read("tunnels").get("interface", "")
        if is_interface(interface):
            run("ip", "link", "delete", interface)
        KEPT.drop("tunnels")
        self._said, self.key = None, ""

    def _private(self) -> str:
        path = KEPT.path("tunnels.key")
        if not path.exists():
            if shutil.which("wg") is None:
                raise Wrong("wg is missing: install wireguard-tools")
            write(path, run("wg", "genkey"))
        return path.read_text().strip()


def checked_tunnels(said: Any) -> dict[str, Any]:
    """Raises Wrong for what is no interface with its peers, each with addresses of its own within the interface's."""
    try:
        about = {name: said[name] for name in ("interface", "port", "addresses", "peers")}
        own = [ipaddress.ip_interface(one) for one in about["addresses"]]
        given = [ipaddress.ip_address(one) for peer in about["peers"] for one in peer["addresses"]]
        keys = [peer["key"] for peer in about["peers"] if peer["addresses"]]
        is_right = (
            re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,14}", about["interface"])
            and type(about["port"]) is int
            and 0 < about["port"] < 65_536
            and all(re.fullmatch(r"[A-Za-z0-9+/]{43}=", key) for key in keys)
            and len(about["peers"]) == len(set(keys)) <= MOST_PEERS
            and len({*given, *(one.ip for one in own)}) == len(given) + len(own)
            and all(any(address in one.network for one in own) for address in given)
        )
    except (KeyError, TypeError, ValueError):
        is_right = False
    if not is_right:
        raise Wrong("these tunnels can't be")
    return about


def make_tunnels(interface: str) -> None:
    """By the kernel, and where that can't, by wireguard-go, which goes on running without this program."""
    done = subprocess.run(
        ["ip", "link", "add", interface, "type", "wireguard"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        if shutil.which("wireguard-go") is None:
            raise Wrong("this kernel has no WireGuard: install wireguard-go")
        run("wireguard-go", interface)


def _tunnels_now(interface: str) -> dict[str, str]:
    """What the interface has, by what it is: its own key and port, its peers and their addresses (wg(8), `dump`)."""
    own, *peers = [line.split("\t") for line in run("wg", "show", interface, "dump").splitlines()]
    (link,) = json.loads(run("ip", "-j", "address", "show", "dev", interface))
    addresses = [f"{one['local']}/{one['prefixlen']}" for one in link["addr_info"] if one["scope"] != "link"]
    found = {
        "key": own[1],
        "port": own[2],
        "state": "up" if "UP" in link["flags"] else "down",
        "addresses": _sorted(addresses),
    }
    for key, shared, _, allowed, *_ in peers:
        its = _sorted(allowed.split(",") if allowed != "(none)" else [])
        found[f"peer {key}"] = its if shared == "(none)" else f"{its}, and a preshared key"
    return found


def _sorted(addresses: Iterable[str]) -> str:
    return ", ".join(sorted(str(ipaddress.ip_interface(one)) for one in addresses))


def is_interface(name: str) -> bool:
    try:
        return bool(name and socket.if_nametoindex(name))
    except OSError:
        return False
