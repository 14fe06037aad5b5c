from __future__ import annotations

from limen.access.service_accounts.model import OLD_SECRET, ServiceAccount

NOW = 1_800_000_000_000


def account(**more: object) -> ServiceAccount:
    said: dict[str, object] = {"external_id": "1", "kind": "app", "name": "backup", "id": "sa_1", "directory": "corp"}
    return ServiceAccount(**{**said, "first_seen_at": NOW, "seen_at": NOW, **more})  # type: ignore[arg-type]


def test_a_claim_ends_and_a_secret_grows_old() -> None:
    assert not account().is_claimed(NOW)
    assert account(owner="p_ada", until=NOW + 1).is_claimed(NOW)
    assert not account(owner="p_ada", until=NOW).is_claimed(NOW)
    assert account(secret_at=NOW - OLD_SECRET).has_old_secret(NOW)
    assert not account(secret_at=NOW - OLD_SECRET + 1).has_old_secret(NOW)
    assert not account().has_old_secret(NOW)
    assert [account(secrets=n, secret_ends_at=at).never_expires for n, at in ((0, 0), (1, 0), (1, 9))] == [
        False,
        True,
        False,
    ]
