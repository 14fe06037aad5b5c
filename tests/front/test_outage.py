from __future__ import annotations

from limen.front.outage import FIELDS, POLICY, outage_page
from limen.messages import Language


def test_it_says_in_both_languages_whom_to_call_and_is_safe() -> None:
    page = outage_page("Harbor <b>", 'IT "042"')
    assert "Harbor &lt;b&gt;" in page
    assert page.count("IT &quot;042&quot;") == 2
    for language in Language:
        assert f'<section lang="{language}">' in page
    assert "{" not in page.partition("</style>")[2]
    assert "<script" not in page
    assert "default-src &#x27;none&#x27;" in page
    assert FIELDS["Cache-Control"] == "no-store"
    assert POLICY in FIELDS["Content-Security-Policy"]


def test_without_a_contact_it_names_the_companys_it() -> None:
    assert "call your IT" in outage_page("Harbor", "")


def test_a_name_with_braces_is_only_a_name() -> None:
    assert outage_page("{contact} {0.__class__}", "{company}").count("{contact} {0.__class__}") == 3
