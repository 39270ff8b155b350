"""The oracle passes a good recording, and names what is wrong with messages in a bad one."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest

from rehearsal.oracle_items import KINDS
from rehearsal.oracle_mail import CAPS
from tests.rehearsal.oracle import smallplay as play
from tests.rehearsal.oracle.spoiling import Verdict, dm_of, says, sent, shift
from tests.rehearsal.oracle.wiremaker import Record


def test_good_play_passes(records: list[Record], verdict: Verdict) -> None:
    report = verdict(records)
    assert report.errors == []
    assert report.passed
    assert (report.people, report.teams, report.weeks) == (12, 2, 2)
    prompts = report.deliveries["checkin_prompt"]
    assert (prompts["due"], prompts["delivered"]) == (4, 4)
    offers = report.deliveries["one_on_one_offer"]
    assert (offers["due"], offers["delivered"]) == (6, 6)
    routes = {item["route"] for item in report.items}
    assert routes >= {"My messages", "#welcome", "thread", "channel", "direct message"}
    assert report.direct_messages_per_week["captain"]["maximum"] == 4
    assert report.access["checked"] > 500
    assert report.as_dict()["wall_seconds"] == 1.2


CODES = sorted(KINDS)


@pytest.mark.parametrize("code", CODES)
def test_removed_message_is_lost(records: list[Record], verdict: Verdict, code: str) -> None:
    for victim in sent(records, code):
        report = verdict([record for record in records if record is not victim])
        assert not report.passed
        assert says(report, ": lost"), report.errors


@pytest.mark.parametrize("code", CODES)
def test_doubled_message_is_named(records: list[Record], verdict: Verdict, code: str) -> None:
    twin = copy.deepcopy(sent(records, code)[0])
    twin["response"]["id"] = "999999"
    report = verdict([*records, twin])
    assert says(report, "sent twice")
    assert sum(kind["duplicated"] for kind in report.deliveries.values()) == 1


def test_enforced_nonce_is_one_message(records: list[Record], verdict: Verdict) -> None:
    twin = copy.deepcopy(sent(records, "oo")[0])
    assert verdict([*records, twin]).passed


@pytest.mark.parametrize("hours", [-1, 1])
@pytest.mark.parametrize("code", CODES)
def test_message_moved_by_an_hour_fails(
    records: list[Record], verdict: Verdict, code: str, hours: int
) -> None:
    shift(sent(records, code)[0], timedelta(hours=hours))
    report = verdict(records)
    assert says(report, ": lost"), report.errors
    assert says(report, "at the wrong time"), report.errors


def test_message_to_the_wrong_person(records: list[Record], verdict: Verdict) -> None:
    channel = dm_of(records, play.ANDREI)
    victim = sent(records, "wb")[0]
    victim["path"] = f"/channels/{channel}/messages"
    report = verdict(records)
    assert says(report, "misdirected", play.ANDREI, play.MOYO)
    assert says(report, play.MOYO, ": lost")


def test_prompt_in_the_wrong_team(records: list[Record], verdict: Verdict) -> None:
    first, second = sent(records, "cp")[:2]
    first["path"], second["path"] = second["path"], first["path"]
    report = verdict(records)
    assert says(report, "team Mercury", ": lost")
    assert says(report, "team Venus", ": lost")


def test_message_over_the_weekly_cap(records: list[Record], verdict: Verdict) -> None:
    model = sent(records, "oo")[0]
    channel = dm_of(records, play.ANIKA)
    for number in range(3):
        extra = copy.deepcopy(model)
        extra["path"] = f"/channels/{channel}/messages"
        extra["response"]["id"] = str(777_000 + number)
        extra["body"]["nonce"] = f"oo-{777_000 + number}"
        extra["t"] = f"2027-02-26T1{5 + number}:00:00.000Z"
        records.append(extra)
    assert says(verdict(records), play.ANIKA, "over the weekly cap of 3")


def test_message_in_quiet_hours(records: list[Record], verdict: Verdict) -> None:
    victim = sent(records, "wb")[0]
    victim["t"] = "2027-03-04T21:30:00.000Z"
    assert says(verdict(records), play.MOYO, "quiet hours", "22:30")


def test_regular_message_gives_way_to_the_cap(
    monkeypatch: pytest.MonkeyPatch, verdict: Verdict
) -> None:
    monkeypatch.setitem(CAPS, "navigator", 1)
    show = play.new_play()
    records = show.perform()
    show.when("02-23 10:00")
    show.run(play.MAIA, "/pause", "Rest well.", until="2027-02-25")
    show.when("02-25 03:30")
    show.tell(play.MAIA, "wb", "Welcome back!", ("Check in", "lo:checkin:current:"))
    assert says(verdict(records), "navigator_week", play.MAIA, "over the weekly cap of 1")
    channel = dm_of(records, play.MAIA)
    first, second = [r for r in sent(records, "nw") if channel in r["path"]]
    records.remove(second)
    first["t"] = "2027-03-01T02:30:00.000Z"
    report = verdict(records)
    assert report.errors == []
    assert report.deliveries["navigator_week"]["cancelled"] == 1
    shift(first, timedelta(hours=1))
    assert says(verdict(records), "navigator_week", play.MAIA, ": lost")
