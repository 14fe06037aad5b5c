"""Every sort of attack on signing in to apps, the tests that try it, and where an administrator finds the attempt.

Whoever renames or removes one of these tests is told here what would be without a test.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from limen.events.kinds import KINDS
from limen.sso.kinds import KINDS as SSO_KINDS

HERE = Path(__file__).resolve().parents[2]
REFUSED: Final = "sso.client_refused"
UPSTREAM: Final = "sso.upstream_refused"
OIDC, REQUESTS, TOKENS = "attacks/test_oidc.py", "attacks/test_oidc_requests.py", "attacks/test_oidc_tokens.py"
PROGRAMS, FLOODS = "attacks/test_oidc_programs.py", "attacks/test_oidc_floods.py"
SAML, SAML_REQUESTS, SAML_CLIENTS = (
    "attacks/test_saml.py",
    "attacks/test_saml_requests.py",
    "interop/test_saml_clients.py",
)
ELSEWHERE, ENTRA, GUESSING = "attacks/test_upstream.py", "attacks/test_entra.py", "attacks/test_guessing.py"


@dataclass(frozen=True)
class Attack:
    """`tests` of each file try it. `journal`: the kinds of event it leaves, each asserted in one of those files.
    `no_trace`: why there is none.
    """

    name: str
    tests: dict[str, tuple[str, ...]]
    journal: tuple[str, ...] = ()
    no_trace: str = ""


ATTACKS: Final = (
    Attack(
        "open redirect",
        {
            OIDC: (
                "test_nobody_is_sent_to_an_address_that_is_not_registered",
                "test_an_app_on_the_laptop_is_reached_at_its_own_address_alone",
            ),
            REQUESTS: (
                "test_no_address_that_only_looks_like_the_registered_one",
                "test_after_a_sign_out_nobody_is_led_elsewhere",
            ),
            SAML: ("test_a_relay_state_leads_nowhere_here",),
            ELSEWHERE: ("test_nobody_is_sent_elsewhere_after_it",),
            "attacks/test_web_redirects.py": ("test_no_way_on_leaves_the_companys_hosts",),
        },
        (REFUSED,),
    ),
    Attack(
        "mix-up",
        {
            REQUESTS: (
                "test_every_answer_names_its_issuer",
                "test_what_is_not_offered_is_an_error_that_names_its_issuer",
            ),
            ELSEWHERE: ("test_an_answer_of_one_issuer_is_not_taken_for_anothers",),
        },
        (REFUSED, UPSTREAM),
    ),
    Attack(
        "code replay and injection",
        {
            OIDC: (
                "test_a_code_is_good_once_and_its_replay_ends_the_tokens",
                "test_a_stolen_code_is_worth_nothing_elsewhere",
            ),
            TOKENS: (
                "test_a_code_of_the_thief_is_worth_nothing_in_anothers_browser",
                "test_what_was_spent_by_a_wrong_try_is_spent",
                "test_of_many_who_redeem_a_code_at_once_one_wins_at_most",
            ),
            ELSEWHERE: ("test_a_code_injected_into_anothers_answer",),
        },
        ("sso.token_reused", REFUSED, UPSTREAM),
    ),
    Attack(
        "PKCE downgrade",
        {
            OIDC: (
                "test_pkce_can_be_neither_left_out_nor_weakened",
                "test_where_pkce_may_be_left_out_it_can_not_be_taken_away",
            ),
            REQUESTS: ("test_what_is_not_offered_is_an_error_that_names_its_issuer",),
        },
        (REFUSED,),
    ),
    Attack("refresh reuse", {TOKENS: ("test_a_refresh_token_used_twice_ends_it_for_both",)}, ("sso.token_reused",)),
    Attack(
        "alg confusion and none",
        {
            OIDC: ("test_forged_tokens_are_nobodys",),
            TOKENS: ("test_a_forged_token_is_in_the_journal_and_an_old_one_is_not",),
            PROGRAMS: ("test_no_header_chooses_algorithm_or_key",),
            ELSEWHERE: (
                "test_a_token_without_a_signature",
                "test_a_token_signed_with_the_public_key_as_a_secret",
                "test_a_key_of_one_algorithm_verifies_no_other",
            ),
            ENTRA: ("test_a_hint_that_nobody_of_the_tenant_signed",),
        },
        (REFUSED, UPSTREAM),
    ),
    Attack(
        "key of the wrong use, kid, jku and x5u injection",
        {
            PROGRAMS: ("test_no_header_chooses_algorithm_or_key",),
            ELSEWHERE: ("test_a_key_for_encryption_signs_nothing", "test_a_token_that_brings_its_own_key"),
            ENTRA: ("test_a_hint_that_brings_its_key_or_names_a_path",),
            SAML: ("test_a_key_in_the_message_counts_for_nothing",),
            SAML_REQUESTS: ("test_a_key_of_the_wrong_use_signs_nothing",),
        },
        (REFUSED, UPSTREAM),
    ),
    Attack(
        "state or nonce missing",
        {
            ELSEWHERE: (
                "test_a_state_that_nobody_issued",
                "test_a_state_is_good_once_and_in_its_own_browser",
                "test_a_token_that_says_something_else",
            ),
            ENTRA: ("test_a_request_that_is_none",),
        },
        (UPSTREAM, REFUSED),
    ),
    Attack(
        "token of one app at another",
        {
            OIDC: ("test_a_token_of_one_app_tells_another_nothing",),
            TOKENS: ("test_what_another_app_shows_is_in_the_journal",),
            PROGRAMS: ("test_a_token_of_one_app_is_worthless_at_another",),
        },
        (REFUSED,),
    ),
    Attack(
        "DPoP replay",
        {
            OIDC: ("test_tokens_bound_to_a_key_are_worth_nothing_without_it",),
            TOKENS: (
                "test_no_proof_of_another_kind_redeems",
                "test_a_code_that_was_asked_for_with_a_key_is_redeemed_by_that_key_alone",
                "test_a_stolen_bound_token_shows_nobody",
            ),
        },
        (REFUSED,),
    ),
    Attack(
        "an app that proves itself twice, or as another",
        {
            TOKENS: (
                "test_an_app_proves_itself_in_one_way_and_as_one",
                "test_a_secret_in_an_address_is_none",
                "test_every_door_of_apps_journals_who_knocked",
            ),
            PROGRAMS: ("test_one_way_to_prove_oneself_and_never_the_weaker", "test_nobody_proves_to_be_somebody_else"),
        },
        (REFUSED,),
    ),
    Attack(
        "request objects, pushed requests, parameters twice or without end",
        {
            REQUESTS: (
                "test_a_request_object_is_not_read",
                "test_a_pushed_request_is_its_own_clients_and_good_for_one_code",
                "test_nothing_is_said_twice",
                "test_a_request_is_bounded",
                "test_claims_that_are_asked_for_widen_nothing",
            ),
        },
        (REFUSED,),
    ),
    Attack(
        "somebody else in the place of whom the app asks about",
        {
            REQUESTS: ("test_nobody_signs_in_in_the_place_of_whom_the_app_asks_about",),
            SAML_REQUESTS: ("test_a_request_about_somebody_else_signs_in_nobody",),
            ENTRA: ("test_who_is_signed_in_answers_for_nobody_else",),
        },
        (REFUSED,),
    ),
    Attack(
        "telling an app more than was agreed to",
        {
            REQUESTS: (
                "test_scopes_that_are_not_registered_are_not_given",
                "test_agreeing_to_a_little_is_not_agreeing_to_more",
            ),
            TOKENS: ("test_introspection_tells_no_more_than_was_agreed_to", "test_no_refresh_widens"),
            SAML_REQUESTS: ("test_nobody_asks_for_more_than_is_registered",),
        },
        (REFUSED,),
    ),
    Attack(
        "consent forged by CSRF",
        {
            OIDC: ("test_consent_can_not_be_forged_from_another_page",),
            REQUESTS: ("test_a_forged_consent_and_a_forged_sign_out_are_in_the_journal",),
        },
        ("request.cross_site", "request.refused"),
    ),
    Attack(
        "device-flow phishing",
        {
            OIDC: ("test_a_device_is_let_in_by_no_link_and_no_other_page",),
            REQUESTS: (
                "test_who_lets_a_device_in_sees_where_it_was_begun",
                "test_guessed_codes_of_devices_are_in_the_journal",
            ),
            TOKENS: ("test_a_code_of_a_device_is_redeemed_by_its_own_app_alone",),
        },
        ("sso.device_refused", "sso.device_code_wrong"),
    ),
    Attack(
        "upstream: wrong issuer or audience",
        {ELSEWHERE: ("test_a_token_that_says_something_else", "test_an_issuer_that_moved_is_another_one")},
        (UPSTREAM,),
    ),
    Attack(
        "upstream: unverified e-mail",
        {ELSEWHERE: ("test_no_account_is_made_of_what_is_not_proved",)},
        ("sign_in.failed",),
    ),
    Attack(
        "upstream: account takeover by a matching address",
        {
            ELSEWHERE: (
                "test_a_matching_address_links_nothing",
                "test_an_address_that_somebody_has_takes_over_nothing_and_tells_nothing",
            ),
        },
        ("sign_in.failed",),
    ),
    Attack(
        "upstream: another's ID at a source of people, a claim that anybody may write, or an ID given again",
        {
            "attacks/test_the_same_identity.py": ("test_the_sources_id_signs_in_and_an_address_does_not",),
            "identity/test_same_identity.py": (
                "test_another_tenant_is_another_issuer",
                "test_an_id_that_is_given_again_opens_nobody_elses_account",
                "test_who_has_a_role_is_linked_by_hand",
            ),
        },
        ("sign_in.failed",),
    ),
    Attack(
        "upstream: an answer that nobody asked for",
        {
            ELSEWHERE: (
                "test_a_state_that_nobody_issued",
                "test_a_step_up_that_comes_back_into_another_session_is_none",
            ),
        },
        (UPSTREAM,),
    ),
    Attack(
        "upstream: encrypted by somebody else, by what can be broken, or around something else",
        {
            "attacks/test_upstream_saml_encrypted.py": (
                "test_what_is_not_signed_proves_nothing_for_being_encrypted",
                "test_no_algorithm_is_downgraded_to",
                "test_what_is_encrypted_for_another_issuer_or_for_a_key_that_signs_is_not_read",
                "test_what_comes_out_is_read_as_strictly_as_what_came_in",
                "test_no_second_assertion_hides_beside_the_encrypted_one",
                "test_a_signed_response_is_not_opened_for_another_assertion",
            ),
        },
        (UPSTREAM,),
    ),
    Attack(
        "SAML: signature wrapping",
        {
            SAML: ("test_no_wrapped_request_is_taken", "test_no_wrapped_sign_out_is_taken"),
            SAML_REQUESTS: ("test_each_sort_of_forgery_is_in_the_journal_by_itself",),
            SAML_CLIENTS: ("test_it_refuses_whatever_somebody_changed",),
        },
        (REFUSED,),
    ),
    Attack(
        "SAML: unsigned, expired, for another audience or recipient, replayed",
        {
            SAML: (
                "test_what_must_be_signed_is_refused_without",
                "test_a_request_is_for_here_and_of_now",
                "test_what_is_signed_says_for_which_address",
                "test_a_request_is_answered_once",
            ),
            SAML_REQUESTS: (
                "test_each_sort_of_forgery_is_in_the_journal_by_itself",
                "test_replays_and_sign_ins_begun_elsewhere_are_in_the_journal",
                "test_a_response_is_no_request",
            ),
            SAML_CLIENTS: ("test_what_is_for_one_app_is_nothing_to_another_and_ends",),
        },
        (REFUSED,),
    ),
    Attack(
        "SAML: XXE, bombs, huge and deep",
        {
            SAML: ("test_no_document_type_is_read", "test_a_bomb_is_not_unpacked"),
            SAML_REQUESTS: (
                "test_what_is_huge_deep_or_packed_otherwise_is_refused",
                "test_a_bomb_of_many_layers_is_not_unpacked",
            ),
        },
        (REFUSED,),
    ),
    Attack(
        "SAML: comment in a name",
        {
            SAML: (
                "test_a_comment_in_a_name_makes_nobody_else_of_it",
                "test_an_app_is_known_by_its_whole_name",
            ),
        },
        (REFUSED,),
    ),
    Attack(
        "SAML: algorithm downgrade",
        {
            SAML: (
                "test_no_tampered_request_is_taken",
                "test_a_signature_that_is_not_whole_or_of_another_query_is_none",
            ),
            SAML_REQUESTS: ("test_nobody_weakens_what_an_assertion_is_encrypted_with",),
            "cli/test_saml_metadata.py": ("test_an_app_that_can_only_decrypt_what_is_broken_is_told_apart",),
        },
        (REFUSED,),
    ),
    Attack(
        "SAML: ACS not in metadata, index, artifact",
        {
            SAML: ("test_no_assertion_goes_to_an_address_that_is_not_registered",),
            SAML_REQUESTS: (
                "test_no_address_that_only_looks_like_a_registered_one",
                "test_an_app_that_nobody_registered_gets_nothing",
                "test_an_artifact_is_not_resolved",
            ),
        },
        (REFUSED,),
    ),
    Attack(
        "SAML: metadata that say two things",
        {SAML_REQUESTS: ("test_metadata_that_say_two_things_register_nothing",)},
        no_trace="an administrator reads them at the command line, which says what is wrong; nothing is published",
    ),
    Attack(
        "session fixation",
        {
            REQUESTS: ("test_cookies_that_were_planted_are_not_those_of_the_session",),
            ELSEWHERE: ("test_a_session_from_before_is_not_the_one_after",),
        },
        no_trace="a cookie that is no session is nobody's, as that of every visitor before signing in",
    ),
    Attack(
        "clickjacking",
        {REQUESTS: ("test_no_page_of_a_sign_in_to_an_app_can_be_framed",)},
        no_trace="the browser does not show the page, so that nothing is sent",
    ),
    Attack(
        "enumeration by text and time",
        {
            REQUESTS: ("test_which_apps_there_are_is_told_to_nobody",),
            GUESSING: (
                "test_the_same_answers_in_the_same_order_whether_or_not_somebody_has_the_address",
                "test_right_password_and_wrong_code_looks_like_a_wrong_password",
                "test_every_guess_that_was_looked_at_is_in_the_journal_with_its_address",
            ),
            ELSEWHERE: ("test_where_an_address_leads_tells_nothing_of_who_has_an_account",),
        },
        ("sign_in.failed",),
    ),
    Attack(
        "logout CSRF, and a sign-out by another's hint",
        {
            OIDC: ("test_a_link_signs_nobody_out",),
            REQUESTS: (
                "test_a_forged_consent_and_a_forged_sign_out_are_in_the_journal",
                "test_a_sign_out_with_anothers_hint_ends_nothing_of_theirs",
            ),
            SAML: (
                "test_a_sign_out_is_not_forged",
                "test_a_sign_out_of_somebody_else_ends_nothing_in_this_browser",
                "test_no_new_address_hides_a_sign_in_from_its_sign_out",
            ),
            ELSEWHERE: ("test_a_logout_token_that_does_not_hold",),
        },
        ("request.cross_site", REFUSED, UPSTREAM),
    ),
    Attack(
        "SSRF through metadata, JWKS, logo, sign-out and request_uri addresses",
        {
            REQUESTS: (
                "test_no_address_of_a_request_is_ever_called",
                "test_limen_asks_nobody_for_what_an_app_looks_like",
            ),
            "attacks/test_metadata_services.py": ("test_no_app_is_told_of_a_sign_out_there",),
            ELSEWHERE: (
                "test_an_issuer_leads_limen_to_no_private_place",
                "test_a_name_that_leads_to_a_private_place_is_not_called",
            ),
            "cli/test_saml_metadata.py": ("test_what_is_no_metadata_or_must_not_be_asked_is_said",),
            "sso/test_published_metadata.py": (
                "test_a_network_of_the_company_is_read_only_for_whoever_says_that_it_is_theirs",
                "test_a_name_is_judged_by_where_it_leads",
                "test_the_metadata_service_of_a_cloud_is_nobodys",
            ),
        },
        (REFUSED, "sso.upstream_failed"),
    ),
    Attack(
        "floods",
        {
            FLOODS: (
                "test_strangers_push_out_no_request_of_an_app",
                "test_whoever_asks_for_codes_without_end_loses_their_own_sign_ins",
            ),
            SAML: ("test_strangers_and_a_flood_of_one_person_keep_nobody_from_signing_in",),
            ELSEWHERE: ("test_codes_are_not_redeemed_faster_than_people_sign_in",),
        },
        no_trace="of many that are refused at once, each kind above is kept with how many were left out",
    ),
)


@cache
def functions_in(file: str) -> frozenset[str]:
    read = ast.walk(ast.parse((HERE / "tests" / file).read_bytes()))
    return frozenset(one.name for one in read if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def test_each_attack_is_tried() -> None:
    for attack in ATTACKS:
        for file, tests in attack.tests.items():
            assert set(tests) <= functions_in(file), (attack.name, file)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_each_attempt_is_found_in_the_journal_or_it_is_said_why_not(attack: Attack) -> None:
    assert bool(attack.journal) != bool(attack.no_trace)
    texts = [(HERE / "tests" / file).read_text("utf-8") for file in attack.tests]
    for kind in attack.journal:
        assert kind in KINDS or kind in {one.name for one in SSO_KINDS}, kind
        assert any(f'"{kind}"' in text for text in texts), kind


def test_no_attack_has_two_names() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


def test_each_word_that_the_documentation_explains_is_what_an_attempt_left() -> None:
    page = (HERE / "docs" / "how-to" / "sign-in-with-openid-connect.md").read_text("utf-8")
    table = page.partition("## When something is refused")[2]
    words = {word for row in table.split("\n| ")[1:] for word in re.findall(r"`([a-z-]+)`", row.partition(" | ")[0])}
    assert len(words) > 8
    tried = "".join((HERE / "tests" / file).read_text("utf-8") for file in (REQUESTS, TOKENS, PROGRAMS))
    assert {word for word in words if f'"{word}"' not in tried} == set()
