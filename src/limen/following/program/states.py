"""What a machine is told: a state is signed by Limen, for this machine, and none is older than the one before."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from typing import Any

from limen.following.program.kept import Kept, Wrong, write


class States:
    """`kind` is what Limen calls such a machine (host, firewall), `namespace` what its states are signed for."""

    def __init__(self, kept: Kept, kind: str, namespace: str) -> None:
        self._kept, self._kind, self.namespace = kept, kind, namespace

    def read(self, answer: dict[str, Any], *, is_first: bool = False) -> dict[str, Any]:
        """What a state says. Raises Wrong for one that Limen did not sign, an older one, or another machine's.

        The first one brings the keys by which it is verified itself: whoever enrolled asked over https.
        """
        text = answer["state"]
        if not is_first:
            self.verify(text, answer["signature"])
        said: dict[str, Any] = json.loads(text)
        about = self._kept.read("config")
        if said[self._kind] != about[self._kind]:
            raise Wrong(f"this state is another {self._kind}'s")
        if said["number"] < about.get("number", 0):
            raise Wrong("this state is older than the one in force")
        return said

    def trust(self, said: dict[str, Any]) -> None:
        """From now on these keys sign states."""
        lines = "".join(f'limen namespaces="{self.namespace}" {line}\n' for line in said["signers"])
        write(self._kept.path("signers"), lines, 0o644)

    def keep(self, said: dict[str, Any]) -> None:
        """All of it is in force: no older one is taken any more."""
        self._kept.put("config", {**self._kept.read("config"), "number": said["number"], "at": said["at"]})

    def verify(self, text: str, signature: str) -> None:
        """Raises Wrong where no key that is known here signed this (ssh-keygen(1), -Y verify)."""
        in_memory = "/run" if os.access("/run", os.W_OK) else None  # a full disk keeps nobody's no away
        with tempfile.NamedTemporaryFile("w", suffix=".sig", dir=in_memory) as file:
            file.write(signature)
            file.flush()
            signers = str(self._kept.path("signers"))
            command = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "limen", "-n", self.namespace]
            done = subprocess.run([*command, "-s", file.name], input=text.encode(), capture_output=True, check=False)
        if done.returncode:
            raise Wrong("Limen did not sign this state")
