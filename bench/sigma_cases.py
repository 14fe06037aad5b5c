"""Rules of Sigma and events for benches: rules in the shapes that Limen's own and others have, events of an office.

Everything is made by a seed. Nothing is copied: words, programs and registry keys are invented or the system's own.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from typing import Any

from limen.monitor.normal_form.event import NormalEvent

NOW = 1_795_500_000_000
SYSTEM = [
    "svchost",
    "explorer",
    "cmd",
    "powershell",
    "rundll32",
    "regsvr32",
    "wmic",
    "msiexec",
    "schtasks",
    "net",
    "reg",
]
OFFICE = ["winword", "excel", "outlook", "chrome", "firefox", "teams", "payroll", "crm", "acrobat", "code", "git", "7z"]
FOLDERS = ["Windows\\System32", "Program Files\\Harbor", "Users\\jane\\AppData\\Local\\Temp", "Users\\omar\\Downloads"]
KEYS = ["CurrentVersion\\Run", "Services\\Harbor", "Policies\\System", "Internet Settings", "Explorer\\Shell Folders"]
SYLLABLES = [
    "ba",
    "ko",
    "ri",
    "ten",
    "mal",
    "dro",
    "vis",
    "qua",
    "sep",
    "lun",
    "fex",
    "gro",
    "tis",
    "zan",
    "wir",
    "pol",
]
SHARES = (
    ("process_creation", 45), ("registry_set", 8), ("file_event", 8), ("image_load", 5), ("network_connection", 3),
    ("dns_query", 2), ("ps_script", 7), ("security", 9), ("linux", 7), ("cloud", 6),
)  # fmt: skip
"""How rules are spread over log sources, about as in the largest public collection; they compare with about as much."""


class Cases:
    """Makes rules and events."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def word(self, least: int = 2, most: int = 4) -> str:
        return "".join(self.random.choices(SYLLABLES, k=self.random.randint(least, most)))

    # Rules

    def rules(self, count: int) -> dict[str, str]:
        """So many rules, each the text of a file by its name."""
        kinds, weights = zip(*SHARES, strict=True)
        chosen = self.random.choices(kinds, weights, k=count)
        return {f"{number:05}.yml": json.dumps(self.rule(kind, number)) for number, kind in enumerate(chosen)}

    def rule(self, kind: str, number: int) -> dict[str, Any]:
        detection = getattr(self, f"_{kind}")(kind)
        source: dict[str, str] = {"product": "windows", "category": kind}
        if kind == "security":
            source = {"product": "windows", "service": "security"}
        elif kind == "linux":
            source = {"product": "linux", "category": "process_creation"}
        elif kind == "cloud":
            source = {"product": self.random.choice(["aws", "m365", "google"])}
        return {
            "title": f"Made {number}: {kind}",
            "id": str(uuid.UUID(int=self.random.getrandbits(128))),
            "level": "medium",
            "logsource": source,
            "detection": detection,
        }

    def some(self, make: Callable[[], str]) -> list[str]:
        """As many as rules list: often one or two, seldom a hundred."""
        count = self.random.choices([1, 2, 3, 5, 8, 14, 25, 90], [30, 20, 14, 12, 9, 8, 5, 2])[0]
        return [make() for _ in range(count)]

    def argument(self) -> str:
        return f" -{self.word()} " if self.random.random() < 0.5 else self.word(3, 5)

    def program(self) -> str:
        return f"\\{self.random.choice([*SYSTEM, self.word(), self.word()])}.exe"

    def _process_creation(self, _kind: str) -> dict[str, Any]:
        one = self.random
        programs = [self.program() for _ in range(one.choice([1, 1, 2, 3]))]
        image, words = {"Image|endswith": programs}, {"CommandLine|contains": self.some(self.argument)}
        more = {"CommandLine|contains": self.some(self.argument)}
        kind = one.random()
        if kind < 0.35:
            return {"program": image, "words": words, "more": more, "condition": "all of them"}
        if kind < 0.6:
            parent = {"ParentImage|endswith": [f"\\{one.choice(OFFICE)}.exe" for _ in range(one.choice([1, 3, 6]))]}
            return {
                "program": {**image, **parent},
                "words": words,
                "more": more,
                "condition": "program and (words or more)",
            }
        if kind < 0.75:
            known = {"Image|startswith": [f"C:\\{folder}\\" for folder in one.sample(FOLDERS, 2)]}
            return {"words": words, "more": more, "known": known, "condition": "words and more and not known"}
        if kind < 0.85:
            flag = {"CommandLine|contains|windash": f" -{self.word()} "}
            named = {"OriginalFileName": programs[0].removeprefix("\\")}
            return {"program": [image, named], "flag": flag, "words": words, "condition": "program and flag and words"}
        if kind < 0.9:
            return {"words": {"CommandLine|re": f"{self.word(3, 4)}[0-9]{{2,}}\\s+{self.word()}"}, "condition": "words"}
        return {"words": words, "description": {"Description": self.word(3, 5)}, "condition": "1 of *"}

    def _registry_set(self, _kind: str) -> dict[str, Any]:
        keys = self.some(lambda: f"\\{self.random.choice(KEYS)}\\{self.word()}")
        details = self.random.choice([{}, {"Details": "DWORD (0x00000001)"}, {"Details|contains": self.word(3, 4)}])
        return {"key": {"TargetObject|endswith": keys, **details}, "condition": "key"}

    def _file_event(self, _kind: str) -> dict[str, Any]:
        names = self.some(lambda: f"\\{self.word()}.{self.random.choice(['dll', 'exe', 'ps1', 'tmp'])}")
        return {"file": {"TargetFilename|endswith": names}, "condition": "file"}

    def _image_load(self, _kind: str) -> dict[str, Any]:
        return {
            "load": {"ImageLoaded|endswith": self.some(lambda: f"\\{self.word()}.dll")},
            "known": {"ImageLoaded|startswith": "C:\\Windows\\"},
            "condition": "load and not known",
        }

    def _network_connection(self, _kind: str) -> dict[str, Any]:
        to = {"Image|endswith": self.program(), "DestinationHostname|contains": self.some(self.word)}
        return {"to": to, "condition": "to"}

    def _dns_query(self, _kind: str) -> dict[str, Any]:
        return {"name": {"QueryName|endswith": self.some(lambda: f".{self.word()}.example")}, "condition": "name"}

    def _ps_script(self, _kind: str) -> dict[str, Any]:
        words = self.some(lambda: f"{self.word().title()}-{self.word().title()}")
        return {"words": {"ScriptBlockText|contains": words}, "condition": "words"}

    def _security(self, _kind: str) -> dict[str, Any]:
        event = self.random.choice([4624, 4625, 4663, 4688, 4697, 4720, 4732, 5140, 5145])
        return {"event": {"EventID": event, "SubjectUserName|contains": self.some(self.word)}, "condition": "event"}

    def _linux(self, _kind: str) -> dict[str, Any]:
        image = {"Image|endswith": f"/{self.random.choice(['bash', 'curl', 'python3', 'sudo', self.word()])}"}
        return {"run": {**image, "CommandLine|contains": self.some(self.argument)}, "condition": "run"}

    def _cloud(self, _kind: str) -> dict[str, Any]:
        calls = self.some(lambda: f"{self.word().title()}{self.word().title()}")
        return {"call": {"operation": calls}, "condition": "call"}

    # Events

    def processes(self, count: int) -> list[NormalEvent]:
        """Programs that are started, as Sysmon tells it."""
        return [self._process(number) for number in range(count)]

    def mixed(self, count: int) -> list[NormalEvent]:
        """What an office's machines say in an hour: of twenty events one is of a program that is started."""
        makers = [
            self._process,
            self._signed_in,
            self._permitted,
            self._resolved,
            self._written,
            self._read,
            self._called,
        ]
        weights = [5, 15, 30, 15, 10, 15, 10]
        return [one(number) for number, one in enumerate(self.random.choices(makers, weights, k=count))]

    def _event(self, number: int, **more: Any) -> NormalEvent:
        at = NOW + number * 100
        host = f"HARBOR-{self.random.randrange(60):03}"
        return NormalEvent(uid=f"{number:012x}", at=at, received_at=at, source="office", host=host, **more)

    def _process(self, number: int) -> NormalEvent:
        one = self.random
        program, parent = one.choice([*SYSTEM, *OFFICE, *OFFICE]), one.choice([*SYSTEM, *OFFICE])
        image = f"C:\\{one.choice(FOLDERS)}\\{program}.exe"
        arguments = " ".join(f"-{self.word()} {self.word(2, 5)}" for _ in range(one.choice([0, 1, 2, 4, 10])))
        fields = {
            "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational",
            "Provider_Name": "Microsoft-Windows-Sysmon",
            "UtcTime": "2026-11-24 09:00:00.000", "ProcessGuid": str(uuid.UUID(int=one.getrandbits(128))),
            "ProcessId": one.randrange(20_000), "Image": image, "FileVersion": "10.0.19041.1",
            "Description": self.word(3, 5),
            "Product": "Harbor Office", "Company": "Harbor", "OriginalFileName": f"{program}.exe",
            "CommandLine": f'"{image}" {arguments}', "CurrentDirectory": "C:\\Users\\jane\\", "User": "HARBOR\\jane",
            "LogonId": hex(one.getrandbits(24)), "IntegrityLevel": one.choice(["Medium", "High"]),
            "Hashes": f"SHA256={one.getrandbits(256):064X}", "ParentProcessId": one.randrange(20_000),
            "ParentImage": f"C:\\{one.choice(FOLDERS)}\\{parent}.exe",
            "ParentCommandLine": f"{parent}.exe -{self.word()}",
            "ParentUser": "HARBOR\\jane",
        }  # fmt: skip
        said = {"product": "windows", "category": "process_creation", "service": "sysmon", "class_uid": 1007}
        return self._event(number, **said, process=image, command_line=fields["CommandLine"], fields=fields)

    def _signed_in(self, number: int) -> NormalEvent:
        event = self.random.choice([4624, 4624, 4624, 4634, 4625, 5156])
        fields = {"EventID": event, "Channel": "Security", "LogonType": self.random.choice([2, 3, 5, 10]),
                  "SubjectUserName": "HARBOR$", "TargetUserName": f"user{self.random.randrange(40)}",
                  "IpAddress": f"192.0.2.{self.random.randrange(250)}", "WorkstationName": "HARBOR-001"}  # fmt: skip
        said = {"product": "windows", "service": "security", "class_uid": 3002, "status_id": 1}
        return self._event(number, **said, user=fields["TargetUserName"], src_ip=fields["IpAddress"], fields=fields)

    def _permitted(self, number: int) -> NormalEvent:
        one = self.random
        return self._event(
            number, product="fortigate", category="firewall", class_uid=4001, src_ip=f"10.1.0.{one.randrange(250)}",
            dst_ip=f"198.51.100.{one.randrange(250)}", dst_port=443, bytes_out=one.randrange(10**6),
            fields={"policyid": one.randrange(40), "action": "accept", "service": "HTTPS", "devname": "fw1"},
        )  # fmt: skip

    def _resolved(self, number: int) -> NormalEvent:
        name = f"{self.word()}.{self.word()}.example"
        fields = {
            "EventID": 22,
            "QueryName": name,
            "QueryResults": "192.0.2.80",
            "Image": "C:\\Windows\\System32\\svchost.exe",
        }
        return self._event(number, product="windows", category="dns_query", service="sysmon", fields=fields)

    def _written(self, number: int) -> NormalEvent:
        name = f"C:\\{self.random.choice(FOLDERS)}\\{self.word()}.{self.random.choice(['docx', 'tmp', 'dll', 'log'])}"
        fields = {
            "EventID": 11,
            "TargetFilename": name,
            "Image": f"C:\\Program Files\\Harbor\\{self.random.choice(OFFICE)}.exe",
        }
        return self._event(number, product="windows", category="file_event", service="sysmon", fields=fields)

    def _read(self, number: int) -> NormalEvent:
        text = f"sshd[{number}]: Accepted publickey for user{self.random.randrange(40)} from 192.0.2.7 port 50000 ssh2"
        return self._event(number, product="linux", service="sshd", class_uid=3002, raw=text, fields={"Message": text})

    def _called(self, number: int) -> NormalEvent:
        return self._event(
            number, product=self.random.choice(["m365", "aws", "google"]), class_uid=6003, user="jane@harbor.example",
            operation=self.random.choice(["FileAccessed", "UserLoggedIn", "GetObject", "ListUsers", "view"]),
            object=f"/sites/harbor/{self.word()}.xlsx", fields={"Workload": "SharePoint", "ResultStatus": "Succeeded"},
        )  # fmt: skip
