from __future__ import annotations

from limen.front.outage import FIELDS, POLICY, outage_page


def test_it_says_in_both_languages_whom_to_call_and_is_safe() -> None:
    page = outage_page("Harbor <b>", 'IT "042"')
    assert "Harbor &lt;b&gt;" in page
    assert page.count("IT &quot;042&quot;") == 2
    assert 'lang="de"' in page
    assert "<script" not in page
    assert "default-src &#x27;none&#x27;" in page
    assert FIELDS["Cache-Control"] == "no-store"
    assert POLICY in FIELDS["Content-Security-Policy"]


def test_without_a_contact_it_names_the_companys_it() -> None:
    assert "call your IT" in outage_page("Harbor", "")
