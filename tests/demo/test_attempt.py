"""What a person reads on a page that the demo got: its heading and first words, cut short, without markup."""

from __future__ import annotations

from limen.demo.attempt import MOST_TEXT, said
from limen.demo.browser import Page


def page(text: str, kind: str = "text/html; charset=utf-8", status: int = 200, **fields: str) -> Page:
    return Page("http://wiki.harbor.localhost/", status, text, {"Content-Type": kind, **fields})


def test_a_page_is_its_heading_and_what_follows_it() -> None:
    heading = '<h1 class="x">One &lt;more&gt; <b>step</b></h1>'
    text = f'<p>before</p><path d="M0"/>{heading}<path d="M1"/><p class="lead">Use it.</p><p>Now.</p>'
    assert said(page(text)) == ("One <more> step", "Use it.\nNow.")


def test_words_of_neighbours_stay_apart_and_what_is_to_be_pressed_is_left_out() -> None:
    said_there = '<strong>Role</strong><span>None here</span>. <span class="unseen">x</span>'
    fails = f'<li class="fails"><svg/>{said_there}<div><h2>Help</h2></li>'
    pressed = '<p class="row"><a class="button" href="/x">Check again</a><button>My apps</button></p>'
    assert said(page(f'<h1>No</h1><p class="lead"></p>{fails}{pressed}')) == ("No", "Role None here.")
    assert said(page(f"<h1>No</h1>{pressed}<p>You are <b>Ewa</b>.</p>"))[1] == "You are Ewa."


def test_a_program_is_told_in_json_and_files_are_shown_as_they_are() -> None:
    assert said(page('{"error_description": "not now"}', "application/json", 403)) == ("", "not now")
    assert said(page("[]", "application/json")) == ("", "")
    assert said(page("month,total\n", "text/csv")) == ("", "month,total\n")
    assert said(page("\x00", "application/octet-stream")) == ("", "")
    assert len(said(page("x" * 9_000, "text/plain"))[1]) == MOST_TEXT


def test_of_a_redirect_only_the_path_is_said() -> None:
    assert said(page("", status=303, Location="http://a.localhost/sign-in?to=secret")) == ("Redirected to /sign-in", "")
