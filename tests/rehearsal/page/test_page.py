"""The whole page: it stands alone, is well formed, can be navigated, and shows what happened."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from rehearsal.page import write_page
from tests.rehearsal.page.conftest import Made
from tests.rehearsal.page.document import Element
from tests.rehearsal.page.judged import report_of
from tests.rehearsal.page.lines import NASTY, ROWS, SCRIPT
from tests.rehearsal.page.play import Play


def person(made: Made, username: str) -> Element:
    return made.document.by_id(f"person-{username}")


def test_it_loads_nothing_from_anywhere(made: Made) -> None:
    for element in made.document.root.walk():
        assert element.tag not in {"img", "iframe", "object", "embed", "audio", "video"}
        assert "src" not in element.attributes
        if element.tag == "link":
            assert element.attributes["href"] == "data:,"
    assert "url(" not in made.html
    assert "@import" not in made.html


def test_headings_are_in_order_and_ids_are_unique(made: Made) -> None:
    elements = list(made.document.root.walk())
    levels = [int(one.tag[1]) for one in elements if re.fullmatch("h[1-6]", one.tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [one.attributes["id"] for one in elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))


def test_every_reference_inside_the_page_leads_somewhere(made: Made) -> None:
    elements = list(made.document.root.walk())
    ids = {one.attributes.get("id") for one in elements}
    links = [one.attributes["href"] for one in elements if one.tag == "a"]
    inside = [link[1:] for link in links if link.startswith("#")]
    assert len(inside) > 100
    assert [name for name in inside if name not in ids] == []
    labels = [one.attributes.get("aria-labelledby") for one in elements]
    assert [label for label in labels if label and label not in ids] == []


def test_landmarks_and_labels(made: Made) -> None:
    root = made.document.root
    assert root.all("html")[0].attributes["lang"] == "en"
    assert len(root.all("main")) == 1
    assert root.all("a", "skip")[0].attributes["href"] == "#main"
    for tag in ("nav", "section", "article"):
        for element in root.all(tag):
            assert {"aria-label", "aria-labelledby"} & element.attributes.keys()
    for element in root.all("button"):
        assert element.attributes["type"] == "button"
        assert element.text
    for element in root.all("a"):
        assert element.text or element.attributes.get("aria-label")
    for element in root.walk():
        if element.attributes.get("role") == "region":
            assert element.attributes["tabindex"] == "0"
            assert element.attributes["aria-label"]


def test_nothing_people_write_becomes_markup(made: Made) -> None:
    scripts = made.document.root.all("script")
    assert len(scripts) == 2
    assert "boo" not in "".join(script.text for script in scripts)
    assert NASTY not in made.html
    assert made.html.count("&lt;script&gt;alert(&#39;boo&#39;)&lt;/script&gt;") > 3
    assert "Rehearsal &lt;of&gt; Session 8" in made.html


def test_the_opening_says_it_in_words(made: Made) -> None:
    text = made.document.by_id("summary").text
    assert "Passed. Everything that was due arrived, once, at its hour." in text
    assert "0 lost, 0 doubled, 0 failed" in text
    assert "Captains at most 5 limit 5" in text
    lead = made.document.root.all("p", "lead")[0].text
    assert lead.startswith(
        "Session 8: 9 people in 2 teams, 8 weeks, Mon 22 Feb 2027 to 18 Apr 2027."
    )


def test_a_failed_rehearsal_says_what_went_wrong(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(ROWS, encoding="utf-8")
    play = Play(roster, weeks=1)
    wire = play.perform().save(tmp_path / "wire.jsonl")
    report = report_of(play) | {"passed": False, "errors": ["checkin_prompt <lost>: Mercury"]}
    report["deliveries"]["checkin_prompt"]["lost"] = 1
    out = tmp_path / "deep" / "page.html"
    write_page(out, wire, report, roster, SCRIPT, "Bad day")
    html = out.read_text(encoding="utf-8")
    assert "<b>Not passed.</b> Something went wrong: 1 lost." in html
    assert "checkin_prompt &lt;lost&gt;: Mercury" in html


def test_the_timeline_tells_of_clocks_restarts_and_leaving(made: Made) -> None:
    weeks = [one.text for one in made.document.by_id("timeline").all("ol", "weeks")[0].inner
             if isinstance(one, Element)]  # fmt: skip
    assert len(weeks) == 10
    assert "people joined the server" in weeks[0]
    assert "The cohort was launched" in weeks[0]
    assert "Clocks go 1 hour forward in New York, Chicago (3 people)" in weeks[3]
    assert "João Iyer asked to leave the programme" in weeks[3]
    assert "Clocks go 1 hour forward in Berlin, London (3 people)" in weeks[5]
    assert "The bot was restarted" in weeks[4]
    assert "The cohort was closed" in weeks[8]


def test_the_calendar_counts_and_leads_to_messages(made: Made) -> None:
    calendar = made.document.by_id("calendar")
    rows = {row.all("th")[0].text: [cell.text for cell in row.all("td")]
            for row in calendar.all("tr") if row.all("td")}  # fmt: skip
    assert rows["Check-in prompt"] == ["", *["2"] * 8, ""]
    assert rows["Greeting"][0] == "8"
    assert rows["One-on-one offer"][3] == "2+1"
    week = made.document.by_id("week-3")
    prompts = [item for item in week.all("li") if "#team-" in item.text and item.all("a")]
    assert any("Mon 8 Mar 09:00 Kathmandu, UTC+5:45 #team-mercury" in one.text for one in prompts)
    called_off = [item.text for item in week.all("li") if "called off" in item.text]
    assert called_off == ["Mon 8 Mar 02:00 New York, UTC-5 João Iyer called off"]


def test_without_a_report_of_items_the_calendar_comes_from_the_messages(
    made: Made, tmp_path: Path
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(ROWS, encoding="utf-8")
    report = {key: value for key, value in made.cohort.report.items() if key != "items"}
    write_page(tmp_path, made.path.parent / "wire.jsonl", report, roster, SCRIPT, "Again")
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'aria-label="Check-in prompt: 2 arrived"' in html


def test_a_person_sees_in_order_what_they_got_and_did(made: Made) -> None:
    view = person(made, "anika.codes97")
    text = view.text
    assert "Mentee in Mercury" in text
    assert "Timezone Asia/Kathmandu" in text
    steps = [
        "Joined the server",
        "Hello Anika Nagy",
        "Pressed Get started on a message in direct messages",
        "What should we call you?",
        "Your card",
        "Pressed Post it for me on an answer only they see",
        "Posted (button, disabled)",
        "New in #team-mercury: “Welcome, team Mercury!”",
        "Pressed Check in on a message in #team-mercury",
        "Week 1 check-in form, sent",
        "Shared with your team.",
    ]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
    form = view.all("div", "modal")[0]
    assert form.attributes["aria-label"] == "Form: About you"
    assert NASTY in form.text


def test_a_persons_edits_show_the_message_as_it_was_then(made: Made) -> None:
    cards = person(made, "niamhcodes96").all("div", "card")
    offers = [card.text for card in cards if "Three times" in card.text or "Booked:" in card.text]
    assert "Edited" not in offers[0]
    assert "Thu 4 Mar 19:00 (button)" in offers[0]
    assert "Edited Tue 23 Feb 12:00 as first sent" in offers[1]
    assert "Booked: Thursday, 25 February 2027 19:00 (Berlin, UTC+1)" in offers[1]


def test_a_channel_shows_the_newest_version_and_keeps_the_earlier_ones(made: Made) -> None:
    view = made.document.by_id("channel-team-mercury")
    thread = view.all("details", "thread")[0]
    assert "Thread: Week 1 check-ins" in thread.text
    card = thread.all("div", "card")[0]
    assert "And I broke fixed it." in card.text
    assert "(edited" in card.text
    earlier = card.all("details", "earlier")[0]
    assert "And I broke" not in earlier.text


def test_a_channel_names_who_can_read_it(made: Made) -> None:
    readers = made.document.by_id("channel-team-jupiter").all("details", "readers")[0].text
    assert "5 people" in readers
    assert "Mentees Jan Moyo" in readers
    assert "Captains Noor Sørensen" in readers
    assert "João" not in readers
    assert "Anika" not in readers
    hall = made.document.by_id("channel-welcome").all("details", "readers")[0].text
    assert hall.startswith("Who can read it now: everybody on the server")


def test_closed_direct_messages_and_strangers(made: Made) -> None:
    text = person(made, "jan_orbit33").text
    assert (
        "A direct message did not get through, direct messages are closed: “Hello Jan Moyo" in text
    )
    assert "New in #welcome: “@Jan Moyo your first step is here.”" in text
    stranger = person(made, "passer_by").text
    assert "Not on the roster" in stranger
    assert "Only you" not in stranger


def test_ephemeral_files_and_new_components_are_drawn(made: Made) -> None:
    view = person(made, "anika.codes97")
    assert view.all("p", "only")[-1].text == "Only you can see this (in #team-mercury)"
    file = view.all("details", "file")[0]
    assert file.text.startswith("meeting.ics 312 bytes")
    assert file.all("pre")[0].text.startswith("BEGIN:VCALENDAR")
    farewell = made.document.by_id("channel-team-mercury").all("div", "wide")[0]
    assert farewell.attributes["style"] == "border-left-color:#f0875a"
    assert "Who is in my team (button)" in farewell.text
    assert made.document.by_id("channel-welcome").all("span", "tag")[0].text == "Pinned"


def test_the_page_stays_small(made: Made) -> None:
    assert made.path.stat().st_size < 700_000
