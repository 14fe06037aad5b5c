"""Write the reference from what it describes: `python3 do.py docs`.

Settings speak by their own docstrings, commands by the command line, the words of policies by the schema, events by
their kinds, and examinations by the doctor. The configs of fronts in `docs/how-to` are what `limen front-config` prints
for one app. A test fails where one of them says nothing of itself, or where a file is not what they say now.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from limen.cli.main import OWN
from limen.company.apps_file import _App
from limen.company.child import schema_text
from limen.company.protocols import EntraApp, GroupApp, OidcApp, RadiusApp, SamlApp, SshApp
from limen.company.provision_section import ProvisionSection
from limen.company.tests_file import test_shape
from limen.data import shapes as data
from limen.data.inventory.stores_section import StoreShape
from limen.doctor.examine import EXAMINATIONS
from limen.enforcement.reasons import REASONS
from limen.events.kinds import KINDS, families
from limen.facts import App, Upstream
from limen.front.config.guarded import Guarded
from limen.front.config.render import TEMPLATES, front_config
from limen.pillars import commands, pillars
from limen.policy.annotations import ANNOTATIONS
from limen.policy.decision import Named
from limen.policy.engine import NOTHING_PERMITS, ONBOARDING
from limen.settings import Settings, settings_model
from limen.sso.shared_signals.receiving.transmitters_section import _Transmitter
from limen.sso.shared_signals.signals_file import _Receiver
from limen.sso.upstream.sign_in_file import _Issuer
from tools.detections import page_of_detections
from tools.findings import findings_of

HERE = Path(__file__).resolve().parent.parent
REFERENCE = HERE / "docs" / "reference"
HOW_TO = HERE / "docs" / "how-to"
MADE = "<!-- Made by `python3 do.py docs`. Change what it describes, not this file. -->"
FILES: dict[str, tuple[str, type[BaseModel]]] = {
    "limen.toml": ("the company's name, its domain, where Limen listens and where it keeps its data", Settings),
    "apps.yaml": ("what is protected, and how its requests map to actions", _App),
    "apps.yaml, an app with `protocol: oidc`": ("an app that signs people in by OpenID Connect", OidcApp),
    "apps.yaml, an app with `protocol: saml`": ("an app that signs people in by SAML 2.0", SamlApp),
    "apps.yaml, an app with `protocol: entra`": ("what Microsoft Entra ID signs people in to", EntraApp),
    "apps.yaml, an app with `protocol: ssh`": ("hosts that people reach by SSH", SshApp),
    "apps.yaml, an app with `protocol: radius`": ("a VPN, a Wi-Fi or network gear", RadiusApp),
    "apps.yaml, an app with `protocol: group`": ("a group of a directory or a cloud", GroupApp),
    "apps.yaml, `provision` of an app": ("accounts that Limen keeps in an app by SCIM", ProvisionSection),
    "sign-in.yaml, each of its issuers": ("a service at which people already have an account", _Issuer),
    "signals.yaml, each of its receivers": ("a service that is told security events", _Receiver),
    "signals.yaml, each of its transmitters": ("a service that tells Limen what it sees", _Transmitter),
    "data.yaml": ("what is in documents, and what may pass", data.FileShape),
    "data.yaml, each of its labels": ("which content has it, and the controls that it needs at least", data.LabelShape),
    "data.yaml, its detectors": ("what is looked for, whatever rules name", data.DetectorsShape),
    "data.yaml, each of its own detectors": ("what you look for beside Limen's detectors", data.OwnShape),
    "data.yaml, each of its dictionaries": ("words and terms of your own", data.DictionaryShape),
    "data.yaml, each of its exact data": ("tables of which only digests are kept", data.ExactShape),
    "data.yaml, each of its fingerprints": ("documents that are recognised in part", data.FingerprintShape),
    "data.yaml, each of its rules": ("what is done about what passes", data.RuleShape),
    "data.yaml, what a rule exempts": ("to what a rule does not apply", data.ExemptShape),
    "data.yaml, each of its conditions": ("what content must be", data.ConditionShape),
    "data.yaml, each of its stores": ("where documents and records are kept", StoreShape),
    "data.yaml, each of its tests": ("what you expect of your rules", data.ExpectShape),
    "data.yaml, what a test is given": ("how the text of a test passes", data.GivenShape),
    "policies/tests.yaml": ("what the company expects of its policies", test_shape()),
}
WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    dict: "table",
    list: "list",
    tuple: "list",
}
BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than", "max_length": "at most"}


class UndocumentedError(Exception):
    """Something that the reference lists says nothing of itself."""


def pages() -> dict[str, str]:
    """Each file's name in `docs/reference` and its text. Raises UndocumentedError."""
    pillars()  # what the parts declare is taken over
    return {
        "settings.md": settings_page(),
        "commands.md": commands_page(),
        "policy-schema.md": schema_page(),
        "events.md": events_page(),
        "refusals.md": refusals_page(),
        "doctor.md": doctor_page(),
        "detections.md": _page(page_of_detections(_head("Detections"))),
    }


def front_configs() -> dict[str, str]:
    """Each file's name in `docs/how-to` and its text: what a front is told for one app."""
    events, behind = ("/events/**",), Upstream("http://127.0.0.1:9000")
    wiki = App("wiki", "Wiki", "wiki.harbor.example", behind, streams=events)
    made_of = Guarded(
        domain="harbor.example",
        sign_in_host="limen.harbor.example",
        listen="127.0.0.1:8000",
        limen="127.0.0.1:8080",
        check="127.0.0.1:8081",
        apps=(wiki,),
    )
    return {name: front_config(kind, made_of) for kind, name in TEMPLATES.items()}


def settings_page() -> str:
    """Every key of every file of a company folder."""
    parts = [
        *_head("Settings"),
        "Every key of the files in a company folder. `limen check` reports problems in them with file, line and",
        "column. A key that is not listed here is refused.",
    ]
    for file, (what, shape) in FILES.items():
        model = settings_model() if shape is Settings else shape
        parts += ["", f"## `{file}`", "", f"{what[0].upper()}{what[1:]}.", *_tables(file, model, "")]
    return _page(parts)


def _tables(file: str, model: type[BaseModel], above: str) -> Iterator[str]:
    if above:
        yield from ("", f"### {_heading(file, above)}", "", _told(inspect.getdoc(model), f"{file} {above}"))
    yield from ("", "| key | what it means | usually | kind |", "|---|---|---|---|")
    sections: list[tuple[str, type[BaseModel]]] = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        inner = _model_of(field.annotation)
        if inner is not None:
            sections.append((f"{above}.{key}".lstrip("."), inner))
            if file == "limen.toml":
                continue
        said = _told(field.description, f"{file} {above} {key}")
        yield f"| `{key}` | {_cell(said)} | {_usual(field)} | {_kind(field)} |"
    for path, section in sections:
        yield from _tables(file, section, path)


def _heading(file: str, path: str) -> str:
    return f"`[{path}]`" if file == "limen.toml" else f"`{path}`"


def _model_of(annotation: object) -> type[BaseModel] | None:
    """The model in an annotation such as `list[_Public]` or `_Upstream | str`; None where there is none."""
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for one in typing.get_args(annotation) if (found := _model_of(one))), None)


def _usual(field: FieldInfo) -> str:
    if field.is_required():
        return "**must be said**"
    usual = field.default
    if usual is None or usual in ("", (), [], {}) or isinstance(usual, BaseModel):
        return ""
    if isinstance(usual, bool):
        return f"`{str(usual).lower()}`"
    if isinstance(usual, tuple):
        return ", ".join(f"`{one}`" for one in usual)
    return f"`{usual}`"


def _kind(field: FieldInfo) -> str:
    annotation = field.annotation
    bounds = [
        f"{word} {getattr(one, name)}{' long' if name.endswith('length') else ''}"
        for one in field.metadata
        for name, word in BOUNDS.items()
        if getattr(one, name, None) is not None
    ]
    return _cell(", ".join([_type(annotation), *bounds]))


def _type(annotation: object) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type(arguments[0])
    if origin is typing.Literal:
        return ", ".join(f"`{one}`" if one else '`""`' for one in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(_type(one) for one in arguments if one is not type(None)))
    if isinstance(origin, type):
        return WORDS[origin]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    name = getattr(annotation, "__name__", "")
    return WORDS.get(annotation) or ("address" if "Address" in name else "network")  # type: ignore[call-overload]


def commands_page() -> str:
    """Every command, with what it takes."""
    parts = [
        *_head("Commands"),
        "`limen COMMAND --help` shows the same. Exit codes: 0 success, 1 failure with an explanation, 2 incorrect",
        "usage.",
        "",
        "| command | what it does |",
        "|---|---|",
        *(f"| [`{name}`](#limen-{name}) | {_cell(_told(one.help, name))} |" for name, one in commands(OWN).items()),
    ]
    for name, command in commands(OWN).items():
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(help=command.help)(getattr(importlib.import_module(command.module), command.function))
        parts += ["", f"## `limen {name}`", "", f"{command.help}.", *_parameters(name, app)]
    return _page(parts)


def _parameters(name: str, app: typer.Typer) -> Iterator[str]:
    listed = [one for one in typer.main.get_command(app).params if one.name != "help"]
    if listed:
        yield from ("", "| | |", "|---|---|")
    for one in listed:
        is_option = one.param_type_name == "option"
        words = [*one.opts, *one.secondary_opts] if is_option else [one.metavar or (one.name or "").upper()]
        said = _told(getattr(one, "help", ""), f"limen {name} {words[0]}")
        usual = getattr(one, "default", None)
        plain = isinstance(usual, str | int | float | Path) and not isinstance(usual, bool) and str(usual)
        more = f" Usually `{usual}`." if plain else ""
        must = " Must be said." if one.required and is_option else ""
        yield f"| {', '.join(f'`{word}`' for word in words)} | {_cell(said.rstrip('.'))}.{more}{must} |"


def schema_page() -> str:
    """What policies may mention, with the schema's own comments."""
    schema = schema_text()
    parts = [
        *_head("What policies can use"),
        (
            "Limen's [Cedar](https://docs.cedarpolicy.com) schema. Every policy is checked against it, by "
            "`limen check` and"
        ),
        "before anything is published.",
        "",
        "```cedar",
        schema.rstrip(),
        "```",
        "",
        'Annotations a policy can have, as `@title("…")`; anything else is refused:',
        "",
        "| annotation | meaning |",
        "|---|---|",
        *(f"| `@{name}` | {_cell(_told(said, name))} |" for name, said in ANNOTATIONS.items()),
    ]
    return _page(parts)


def events_page() -> str:
    """Every kind of event that the journal holds."""
    parts = [
        *_head("Events"),
        (
            "What the journal contains, in the format of [OCSF 1.4](https://schema.ocsf.io/1.4.0/). Events "
            "marked *waited for*"
        ),
        "are on disk before the action is acknowledged; others from the last 200 ms before a crash may be missing.",
        "*Whose* says what an erasure removes: a *person*'s own events, but not those about an *office* or *Limen*.",
    ]
    for family, names in families().items():
        parts += ["", f"## {_told(family.title, 'a family of events')}", ""]
        parts += ["| kind | what happened | whose | OCSF class | activity | |", "|---|---|---|---|---|---|"]
        for kind in map(KINDS.__getitem__, names):
            waited, whose = "waited for" if kind.acknowledged else "", kind.topic.owner.value
            told = _cell(_told(kind.title, kind.name))
            parts.append(f"| `{kind.name}` | {told} | {whose} | {kind.class_uid} | {kind.activity_id} | {waited} |")
    return _page(parts)


def refusals_page() -> str:
    """Every refusal that Limen itself names."""
    titles = {reason.policy: reason.title for reason in (*NOTHING_PERMITS, *ONBOARDING)}
    titles |= {name: reason.title for name, reason in REASONS.items()}
    parts = [
        *_head("Refusals that no policy gives"),
        "Limen refuses some requests itself, with a named reason: in the journal, in `limen why`, in the console, and",
        (
            "in `because` of a policy test. Any other reason is a policy's `@id`. Four of them explain why "
            "something was let in."
        ),
        "",
        "| name | meaning | |",
        "|---|---|---|",
    ]
    permits = {Named.PUBLIC_ROUTE, Named.CORS_PREFLIGHT, Named.ONBOARDING, Named.BREAK_GLASS}
    for name in Named:
        said = _told(titles.get(name.value), name.value)
        parts.append(f"| `{name.value}` | {_cell(said)} | {'lets in' if name in permits else ''} |")
    return _page(parts)


def doctor_page() -> str:
    """What `limen doctor` looks at."""
    parts = [
        *_head("What the doctor checks"),
        (
            "`limen doctor DIR`, and *Doctor* in the console, only look and change nothing. Each finding is "
            "`wrong`, `warning`,"
        ),
        "`skipped` (with the reason) or `ok`, and comes with its fix; `--json` prints one line for programs.",
        "",
        "| check | what it checks | how |",
        "|---|---|---|",
    ]
    every = {name: (importlib.import_module(one.__module__), one) for name, one in EXAMINATIONS.items()}
    for pillar in pillars():
        every |= {name: _of_part(one) for name, one in pillar.examinations.items()}
    for name, (module, examination) in every.items():
        what = _told(inspect.getdoc(module), name).split("\n\n")[0].replace("\n", " ")
        how = (inspect.getdoc(examination) or "").replace("\n\n", " ").replace("\n", " ")
        parts.append(f"| `{name}` | {_cell(what)} | {_cell(how)} |")
    parts += ["", "## What it may find", "", "“…” stands for what is only known then: a host, a number, a path."]
    for name, (module, _) in every.items():
        said = findings_of(module)
        if said:
            parts += ["", f"### `{name}`", "", "| | what | fix |", "|---|---|---|"]
            parts += [f"| {one.state} | {_cell(one.what)} | {_cell(one.fix)} |" for one in said]
    return _page(parts)


def _of_part(examination: Callable[..., object]) -> tuple[types.ModuleType, Callable[..., object]]:
    """Where a part's examination is, and what it is: `pillar.py` names it in a function that imports it."""
    named = re.findall(r"from (limen[\w.]+) import (\w+)", inspect.getsource(examination))
    if not named:
        raise UndocumentedError(f"{examination.__qualname__} imports no examination; see the other parts")
    where, name = named[-1]
    module = importlib.import_module(where)
    return module, getattr(module, name)


def _head(title: str) -> list[str]:
    return [f"# {title}", "", MADE, ""]


def _told(said: str | None, of: str) -> str:
    """What something says of itself, on one line."""
    if said is None or not said.strip():
        raise UndocumentedError(f"{of} says nothing of itself; write a sentence where it is defined")
    return re.sub(r"\s+", " ", said.strip())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _page(parts: list[str]) -> str:
    return "\n".join(parts).rstrip() + "\n"


def main() -> int:
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, "utf-8")
        print((REFERENCE / name).relative_to(HERE))
    for name, text in front_configs().items():
        (HOW_TO / name).write_text(text, "utf-8")
        print((HOW_TO / name).relative_to(HERE))
    return 0


if __name__ == "__main__":
    sys.exit(main())
