from __future__ import annotations

from pathlib import Path

import pytest

from limen.cedar import Entities, Policy
from limen.cedar.policies import PolicySet
from limen.company.load import check_folder, load_company, load_settings
from limen.company.new_folder import Answers, begin
from limen.demo import harbor
from limen.errors import LimenError
from limen.policy import Phase, State
from limen.policy.annotations import phase_of, state_of

BASELINE = Path(__file__).parents[2] / "src" / "limen" / "company" / "baseline" / "policies"


def test_a_new_folder_is_sound_under_any_name(tmp_path: Path) -> None:
    for number, (name, domain) in enumerate((('Ö “x” \\ "y"', "harbor.localhost"), ("Harbor", "harbor.example"))):
        folder = tmp_path / str(number)
        written = begin(folder, Answers(name, domain))
        checked = check_folder(folder)
        assert checked.problems == ()
        assert checked.company is not None
        assert (checked.company.settings.name, checked.company.settings.domain) == (name, domain)
        assert folder / ".gitignore" in written
        assert "example.localhost" not in "".join(one.read_text("utf-8") for one in written)


def test_beyond_this_machine_the_sign_in_host_has_https(tmp_path: Path) -> None:
    begin(tmp_path / "a", Answers("Harbor", "harbor.example"))
    company = check_folder(tmp_path / "a").company
    assert company is not None
    assert company.settings.public_url == "https://limen.harbor.example"


def test_an_empty_folder_may_be_there_already(tmp_path: Path) -> None:
    assert begin(tmp_path, Answers("Harbor", "harbor.example"))


@pytest.mark.parametrize("is_file", [True, False])
def test_nothing_is_ever_overwritten(tmp_path: Path, is_file: bool) -> None:
    target = tmp_path / "a"
    if is_file:
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "limen.toml").write_text("mine")
    with pytest.raises(LimenError, match="is not empty"):
        begin(target, Answers("Harbor", "harbor.example"))
    assert not (target / "apps.yaml").exists()


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("", "a.example"),
        ("x" * 81, "a.example"),
        ("a\nb", "a.example"),
        ("A", "localhost"),
        ("A", "A.example"),
        ("A", "a..b"),
    ],
)
def test_what_can_not_be_a_name_or_domain_is_refused(tmp_path: Path, name: str, domain: str) -> None:
    with pytest.raises(LimenError):
        begin(tmp_path / "a", Answers(name, domain))
    assert not (tmp_path / "a").exists()


def _baseline(tmp_path: Path) -> dict[str, Policy]:
    begin(tmp_path / "a", Answers("Harbor", "harbor.example"))
    tree = load_company(tmp_path / "a").policies.tree
    return {policy.id: policy for policy in PolicySet.from_json(tree)}


def test_harbor_has_the_baseline_as_it_is() -> None:
    for file in BASELINE.glob("*.cedar"):
        assert (harbor.folder() / "policies" / file.name).read_text("utf-8") == file.read_text("utf-8")


def test_every_policy_of_the_baseline_has_title_reason_and_phase(tmp_path: Path) -> None:
    policies = _baseline(tmp_path)
    assert len(policies) >= 25
    for policy in policies.values():
        assert policy.annotations["title"]
        assert policy.annotations["reason"].endswith(".")
        assert phase_of(policy) is not None
    assert {phase_of(policy) for policy in policies.values()} == set(Phase)


def test_every_policy_of_the_baseline_has_a_test_that_names_it(tmp_path: Path) -> None:
    begin(tmp_path / "a", Answers("Harbor", "harbor.example"))
    company = load_company(tmp_path / "a")
    named = {test.because for test in company.tests}
    # Policy tests suppose people, so the one policy about services has a test of its own below.
    assert set(company.policies.sources) - named == {"workloads-from-their-zone"}


def test_what_needs_facts_that_a_new_company_does_not_have_yet_counts_or_is_off(tmp_path: Path) -> None:
    for policy in _baseline(tmp_path).values():
        if policy.id == "restricted-download-needs-a-healthy-device":
            continue  # it withholds one action of one label, and shuts nobody out
        if phase_of(policy) is not Phase.IDENTITY:
            assert state_of(policy) is not State.ENFORCE, policy.id


@pytest.mark.parametrize(
    ("kind", "network", "is_refused"),
    [("Workload", "servers", False), ("Workload", "", True), ("Workload", "office", True), ("Person", "", False)],
)
def test_services_ask_only_from_their_own_network(tmp_path: Path, kind: str, network: str, is_refused: bool) -> None:
    policies = PolicySet((_baseline(tmp_path)["workloads-from-their-zone"],))
    said = policies.is_authorized(
        (kind, "backup"),
        ("Action", "view"),
        ("App", "wiki"),
        {"place": {"network": network}},
        Entities.from_json([{"uid": {"type": kind, "id": "backup"}, "attrs": {}, "parents": []}]),
    )
    assert bool(said.determining) is is_refused


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (Answers("Harbor", "harbor.example", "Europe/Berlin", "acme", email="it@harbor.example"), "acme"),
        (Answers("Harbor", "harbor.example", https="files", certificate="chain.pem", key="key.pem"), "files"),
        (Answers("Harbor", "harbor.example", https="internal"), "internal"),
        (Answers("Harbor", "harbor.example", https="front", front="10.0.0.2"), "off"),
    ],
)
def test_each_way_to_https_makes_settings_that_check_takes(tmp_path: Path, answers: Answers, said: str) -> None:
    begin(tmp_path / "a", answers)
    settings = load_settings(tmp_path / "a")
    assert settings.https.mode == said
    assert settings.public_url == "https://limen.harbor.example"
    assert [str(one) for one in settings.listen.trusted_proxies] == (
        ["10.0.0.2/32"] if answers.https == "front" else []
    )


@pytest.mark.parametrize(
    "answers",
    [
        Answers("Harbor", "harbor.localhost", https="acme"),
        Answers("Harbor", "harbor.example", https="here"),
        Answers("Harbor", "harbor.example", https="magic"),
        Answers("Harbor", "harbor.example", https="files"),
        Answers("Harbor", "harbor.example", https="front", front='"]\n[x]'),
        Answers("Harbor", "harbor.example", time_zone="Mars"),
    ],
)
def test_answers_that_can_not_be_leave_nothing_behind(tmp_path: Path, answers: Answers) -> None:
    with pytest.raises(LimenError):
        begin(tmp_path / "a", answers)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_no_half_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = iter([True, True])

    def full(*_: object) -> bool:
        try:
            return next(written)
        except StopIteration:
            raise OSError(28, "No space left on device") from None

    monkeypatch.setattr("limen.company.new_folder._write", full)
    with pytest.raises(OSError, match="No space"):
        begin(tmp_path / "a", Answers("Harbor", "harbor.example"))
    assert list(tmp_path.iterdir()) == []


def test_what_is_said_does_not_stand_beside_it_as_a_comment(tmp_path: Path) -> None:
    begin(tmp_path / "a", Answers("Harbor", "harbor.example", https="acme", email="it@harbor.example"))
    text = (tmp_path / "a" / "limen.toml").read_text()
    assert [line.partition("  ")[0] for line in text.splitlines() if "mode = " in line] == [
        'mode = "acme"',
        '# mode = "files"',
        '# mode = "internal"',
    ]
    assert text.count("email = ") == 1
    assert "# port = 443" in text
    assert check_folder(tmp_path / "a").is_sound
    begin(tmp_path / "b", Answers("Harbor", "harbor.example", https="front", front="10.0.0.2"))
    text = (tmp_path / "b" / "limen.toml").read_text()
    assert text.count("trusted_proxies = ") == 1
    assert check_folder(tmp_path / "b").is_sound
    assert 'trusted_proxies = ["10.0.0.2"]' in text


def test_every_reason_of_the_baseline_is_there_in_german_as_well() -> None:
    for file in sorted(BASELINE.glob("*.cedar")):
        for policy in PolicySet.parse(file.read_text("utf-8")):
            assert policy.annotations.get("reason"), policy.annotations["id"]
            assert policy.annotations.get("reason_de"), policy.annotations["id"]
