"""How `data.yaml` is written: each key, what it means, and what it may be."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.lengths import Length
from limen.data.rules.model import Step

LabelWord = Literal["public", "internal", "confidential", "restricted"]
ChannelWord = Literal["upload", "download", "web", "mail", "share", "link"]
StepWord = Literal["allow", "watch", "warn", "block", "quarantine"]
RuleStepWord = Literal["watch", "warn", "block", "quarantine"]
WhyNotWord = Literal["encrypted", "too-large", "too-deep", "too-many", "broken", "timed-out", "unknown-kind", "failed"]
SureWord = Literal["low", "medium", "high"]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Names = list[Annotated[str, Field(max_length=100)]]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class ConditionShape(Shape):
    """What content must be; of several conditions one is enough, within one all must hold."""

    finds: Names = []
    """Detectors, kinds of them, dictionaries, exact data and fingerprints that are in it."""
    at_least: Annotated[int, Field(ge=1)] = 1
    """So many different values of them together."""
    confidence: SureWord = "medium"
    """Each at least this sure."""
    beside: Names = []
    """One of these is in it as well."""
    label: LabelWord | None = None
    """It is labelled so or higher: by itself, by what it contains, or by the app it comes from."""
    unread: list[WhyNotWord] = []
    """Something in it could not be looked into, for one of these reasons."""


class ExemptShape(Shape):
    """To what a rule does not apply."""

    people: Names = []
    """Groups and email addresses."""
    apps: Names = []
    """Apps (ids), sites (hosts) and shares (names)."""
    domains: Names = []
    """Domains outside: what goes to these alone."""


class RuleShape(Shape):
    """A sharing rule. Of several that apply the strictest counts, so their order means nothing."""

    id: Id
    """Its name in events and tests."""
    title: Text
    """What it is about, as a sentence."""
    channels: Annotated[list[ChannelWord], Field(min_length=1)]
    """By which way something passes: upload and download (apps behind the gateway), web, mail, share, and link (of the
    cloud drives below `stores`)."""
    when: Annotated[list[Any], Field(min_length=1, max_length=20)]
    """Conditions, of which one must hold."""
    then: RuleStepWord
    """What is done: watch (it passes and is noted), warn (until the person says why), block, quarantine."""
    to: Literal["anywhere", "outside"] = "anywhere"
    """`outside`: only what goes to others than the company."""
    device: Literal["any", "unhealthy"] = "any"
    """`unhealthy`: only from devices that are not known to be healthy."""
    people: Names = []
    """Groups and email addresses that it is about; omitted, it is about everybody."""
    apps: Names = []
    """Apps (ids), sites (hosts) and shares (names) that it is about; omitted, it is about all."""
    exempt: ExemptShape = ExemptShape()
    """To what it does not apply."""
    why: Annotated[str, Field(max_length=300)] = ""
    """What somebody who is stopped reads."""
    ask: Annotated[str, Field(max_length=100)] = ""
    """Whom they may ask: a group or an email address."""


MicrosoftId = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]


class LabelShape(Shape):
    """A label: which content has it by itself, and the controls that it needs at least."""

    when: Annotated[list[Any], Field(max_length=20)] = []
    """Conditions, of which one must hold; omitted, no content has it by itself."""
    strength: Annotated[int, Field(ge=0, le=3)] = 0
    """How strongly people must have signed in: 0 nothing, 1 one factor, 2 two, 3 phishing-resistant."""
    device: Literal["any", "healthy"] = "any"
    """From which devices it may be opened."""
    session: Length | None = None
    """How long ago the sign-in may be."""
    sharing: Literal["anywhere", "inside"] = "anywhere"
    """With whom it may be shared."""
    encrypted: bool = False
    """Whether it must be encrypted where it is stored."""
    kept: Annotated[str, Field(pattern=r"^\d{1,4}(m|h|d)$")] | None = None
    """When it must be deleted at the latest, as `3650d`."""
    microsoft: Annotated[list[MicrosoftId], Field(max_length=100)] = []
    """The ids of labels of Microsoft 365 that mean this one, as `Get-Label` prints them."""
    lowered_by: Names = []
    """Groups and email addresses that may lower documents with this label, and with lower ones, on the page *Label a
    document*, with a reason; omitted, nobody may there."""


class DetectorsShape(Shape):
    """Which of Limen's detectors are in use: by id, or all of a kind."""

    use: Names = []
    """Only these; omitted, all."""
    off: Names = []
    """Without these."""


class OwnShape(Shape):
    """A detector of your own."""

    name: Text
    """What people read."""
    expression: Annotated[str, Field(min_length=1)]
    """A regular expression whose matches are bounded in length; see the how-to for what it may hold."""
    words: Annotated[list[Annotated[str, Field(min_length=2, max_length=60)]], Field(max_length=50)] = []
    """Words that make it surer where they stand near it."""
    check: str = ""
    """A check that a match must pass: luhn, mod-97 or mod-11-10."""
    alone: Literal["low", "medium", "high", "never"] = "medium"
    """How sure a match is by itself; `never`: it is none without one of its words."""
    beside_words: SureWord = "high"
    """How sure it is beside one of its words."""


class DictionaryShape(Shape):
    """Words and terms of your own."""

    name: Text
    """What people read."""
    words: Annotated[list[str], Field(min_length=1)]
    """Whole words in any case. For more than some hundreds see `exact`."""
    confidence: SureWord = "high"
    """How sure each is."""


class ExactShape(Shape):
    """Rows of a table, such as the list of customers. `limen data exact add` keeps digests of them, never the list."""

    name: Text
    """What people read."""
    fields: Annotated[list[Id], Field(min_length=1, max_length=8)]
    """The columns that are looked for."""
    needs: Annotated[int, Field(ge=1)] = 2
    """So many fields of one row make a find."""
    within: Annotated[int, Field(ge=20, le=2_000)] = 300
    """How near to each other they stand, in bytes."""


class FingerprintShape(Shape):
    """Documents that are recognised in part. `limen data fingerprint add` keeps their fingerprints, never the text."""

    name: Text
    """What people read."""
    share: Annotated[int, Field(ge=5, le=100)] = 20
    """A text holds one where so many per cent of it stand there,"""
    passage: Annotated[int, Field(ge=30, le=5_000)] = 150
    """or about so many words of it."""


class GivenShape(Shape):
    """What a test supposes of what passes."""

    channel: ChannelWord = "upload"
    """By which way."""
    groups: Names = []
    """The groups of the person."""
    app: str = ""
    """To or from which app, site or share."""
    outside: Names = []
    """Who outside the company it goes to: addresses or domains."""
    device: Literal["healthy", "unhealthy", "unknown"] = "unknown"
    """What is known of the device."""
    label: LabelWord | None = None
    """The label of the app it comes from."""
    unread: list[WhyNotWord] = []
    """Why something in it could not be looked into."""


class ExpectShape(Shape):
    """A test of the rules: what is expected of something that passes. Invent the values in it."""

    test: Text
    """The expectation as a sentence."""
    text: Annotated[str, Field(max_length=20_000)] = ""
    """What is in it."""
    given: GivenShape = GivenShape()
    """How it passes."""
    expect: StepWord
    """What must be done about it."""
    because: str = ""
    """The rule that must be among the reasons."""


class FileShape(Shape):
    labels: dict[LabelWord, Any] = {}
    """Labels, from public to restricted: which content has them, and the controls that they need at least."""
    detectors: DetectorsShape = DetectorsShape()
    """Which of Limen's detectors are in use."""
    own: Annotated[dict[str, Any], Field(max_length=50)] = {}
    """Detectors of your own, each by its id."""
    dictionaries: Annotated[dict[str, Any], Field(max_length=10)] = {}
    """Words of your own, each list by its id."""
    exact: Annotated[dict[str, Any], Field(max_length=10)] = {}
    """Tables whose rows are looked for, each by its id."""
    fingerprints: Annotated[dict[str, Any], Field(max_length=10)] = {}
    """Documents that are recognised, each group by its id."""
    rules: Annotated[list[Any], Field(max_length=200)] = []
    """Sharing rules."""
    stores: dict[str, Any] = {}
    """Where documents and records are kept, each by a name of your own."""
    expect: Annotated[list[Any], Field(max_length=500)] = []
    """Tests of the rules: `limen check` runs them, and what fails them is not published."""


STEPS = {one.name.lower(): one for one in Step}
