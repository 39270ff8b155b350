"""The oracle notices what is wrong beside messages: leaks, access, refusals, meetings."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest

from tests.rehearsal.oracle import smallplay as play
from tests.rehearsal.oracle.spoiling import Verdict, dm_of, says, sent, shift
from tests.rehearsal.oracle.wiremaker import Record, mark, utc


def test_confidence_given_to_a_navigator(records: list[Record], verdict: Verdict) -> None:
    digest = sent(records, "nw")[0]
    digest["body"]["content"] += f"\nMeera: {play.SECRET}"
    report = verdict(records)
    assert says(report, "leak", play.MEERA, "captain", play.MAIA)


def test_confidence_in_a_channel(records: list[Record], verdict: Verdict) -> None:
    sent(records, "cp")[-1]["body"]["content"] += f" {play.FOR_MENTORS}"
    assert says(verdict(records), "leak", play.ANIKA, "mentors", "team Venus")


def test_captain_may_read_it(records: list[Record], verdict: Verdict) -> None:
    sent(records, "cw")[-1]["body"]["content"] += f" {play.SECRET}"
    assert verdict(records).passed


def test_team_answer_in_another_channel(records: list[Record], verdict: Verdict) -> None:
    sent(records, "in")[0]["t"] = "2027-02-23T10:00:00.000Z"
    sent(records, "in")[0]["body"]["content"] += play.FOR_TEAM
    assert says(verdict(records), "leak", play.HANA, "#introductions")


def test_team_channel_open_to_a_stranger(records: list[Record], verdict: Verdict) -> None:
    for record in records:
        made = record.get("event") == "CHANNEL_CREATE"
        if made and record["body"]["name"] == "team-venus":
            record["body"]["permission_overwrites"] = []
    report = verdict(records)
    assert says(report, "access", play.STRANGER, "can read team Venus")
    assert report.access["wrong"] > 0


def test_member_shut_out(records: list[Record], verdict: Verdict) -> None:
    for record in records:
        changed = record.get("event") == "GUILD_MEMBER_UPDATE"
        if changed and record["body"]["user"]["username"] == play.DMYTRO:
            record["body"]["roles"] = []
    assert says(verdict(records), play.DMYTRO, "cannot read team Venus")


def test_left_but_still_reading(records: list[Record], verdict: Verdict) -> None:
    updates = [r for r in records if r.get("event") == "GUILD_MEMBER_UPDATE"]
    last = [r for r in updates if r["body"]["user"]["username"] == play.MEHMET][-1]
    report = verdict([record for record in records if record is not last])
    assert says(report, play.MEHMET, "can read team Venus and should not")


def test_writing_after_the_close(records: list[Record], verdict: Verdict) -> None:
    kept = [record for record in records if record.get("event") != "CHANNEL_UPDATE"]
    assert says(verdict(kept), play.HANA, "can write in team Mercury")


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_unplanned_refusal(records: list[Record], verdict: Verdict, status: int) -> None:
    extra = copy.deepcopy(sent(records, "gr")[0])
    extra |= {"method": "PATCH", "status": status, "response": {"code": 50035, "message": "Bad"}}
    assert says(verdict([*records, extra]), "refused", str(status), "50035")


def test_refused_delivery_has_failed(records: list[Record], verdict: Verdict) -> None:
    victim = sent(records, "wb")[0]
    victim |= {"status": 400, "response": {"code": 50035, "message": "Bad"}}
    report = verdict(records)
    assert report.deliveries["welcome_back"]["failed"] == 1


def test_closed_messages_of_somebody_else(records: list[Record], verdict: Verdict) -> None:
    victim = sent(records, "wb")[0]
    victim |= {"status": 403, "response": {"code": 50007, "message": "Cannot send"}}
    assert says(verdict(records), "refused", "50007")


def test_unanswered_interaction(records: list[Record], verdict: Verdict) -> None:
    interaction = next(r for r in records if r.get("action") == "run" and "leave" in str(r))
    key = interaction["interaction_id"]
    kept = [r for r in records if not str(r.get("path", "")).startswith(f"/interactions/{key}/")]
    assert says(verdict(kept), "unanswered", play.MEHMET)


def test_held_message_never_fetched_expires(records: list[Record], verdict: Verdict) -> None:
    kept = [record for record in records if "lo:messages:mine:" not in str(record.get("body"))]
    kept += [r for r in records if "Everything starts here" in str(r.get("body"))]
    report = verdict(kept)
    assert report.deliveries["one_on_one_offer"]["expired"] == 1


def test_held_message_not_shown_is_lost(records: list[Record], verdict: Verdict) -> None:
    kept = [r for r in records if not str(r.get("path", "")).startswith("/webhooks/")]
    assert says(verdict(kept), play.MEERA, ": lost")


def test_no_calendar_file(records: list[Record], verdict: Verdict) -> None:
    for record in records:
        if record.get("files"):
            record["files"] = []
    report = verdict(records)
    assert says(report, play.HANA, "mentee got no calendar file")
    assert says(report, play.HANA, "captain got no calendar file")


def test_captain_is_not_told(records: list[Record], verdict: Verdict) -> None:
    sent(records, "cd")[-1]["body"]["content"] = "Nothing new."
    assert says(verdict(records), "captain_day", "does not contain")


def test_meeting_outside_availability(records: list[Record], verdict: Verdict) -> None:
    for record in records:
        body = str(record.get("body"))
        if "lo:meetings:cancel:2" in body and record["kind"] == "request":
            was = f"<t:{int(utc('03-01 18:00').timestamp())}:F>"
            data = record["body"].get("data", {})
            data["content"] = data.get("content", "").replace(was, mark("03-01 05:10"))
    report = verdict(records)
    assert says(report, "outside the availability", play.DMYTRO)
    assert says(report, "on the captain's clock")


def test_shared_answer_not_edited(records: list[Record], verdict: Verdict) -> None:
    kept = [record for record in records if record.get("method") != "PATCH"]
    assert says(verdict(kept), play.HANA, "does not follow")


def test_home_not_pinned(records: list[Record], verdict: Verdict) -> None:
    kept = [record for record in records if record.get("method") != "PUT"]
    assert says(verdict(kept), "home", "is not pinned")


def test_late_after_an_outage(records: list[Record], verdict: Verdict) -> None:
    victim = sent(records, "wb")[0]
    shift(victim, timedelta(hours=3))
    outage = {"from": "2027-03-05T07:00:00Z", "until": "2027-03-05T10:55:00Z"}
    assert verdict(records, outages=[outage]).passed
    assert not verdict(records).passed


def test_play_cut_short(records: list[Record], verdict: Verdict) -> None:
    report = verdict([record for record in records if record["t"] < "2027-03-01"])
    assert says(report, "ended before 2027-03-05")
    assert says(report, "never closed")


def test_message_after_farewell(records: list[Record], verdict: Verdict) -> None:
    extra = copy.deepcopy(sent(records, "wb")[0])
    extra["path"] = f"/channels/{dm_of(records, play.MEHMET)}/messages"
    extra["response"]["id"], extra["body"]["nonce"] = "888", "wb-888"
    assert says(verdict([*records, extra]), play.MEHMET, "not due")


def test_offered_time_outside_availability(records: list[Record], verdict: Verdict) -> None:
    for label, complaint in (
        ("Thu 25 Feb 18:00 Warsaw", "outside the availability"),
        ("Thu 25 Feb 14:10 Warsaw", "half hours"),
        ("Mon 22 Feb 20:00 Warsaw", "is over already"),
        ("Wed 25 Feb 14:00 Warsaw", "not complete alone"),
        ("14:00", "not complete alone"),
    ):
        victim = sent(records, "oo")[0]
        victim["body"]["components"][0]["components"][0]["label"] = label
        assert says(verdict(records), play.HANA, label, complaint)


def test_answer_taken_back_from_the_team(records: list[Record], verdict: Verdict) -> None:
    for record in records:
        body = record.get("body") or {}
        second = record["t"] == "2027-02-22T20:00:00.000Z" and record.get("action") == "submit"
        if second and record["person"] == play.HANA:
            body["values"]["Who may read this?"] = "captain"
    kept = [record for record in records if record.get("method") != "PATCH"]
    report = verdict(kept)
    assert says(report, play.HANA, "does not follow", "captain")
    assert says(report, "leak", play.HANA, play.MAIA)


def test_public_answer_to_an_interaction(records: list[Record], verdict: Verdict) -> None:
    welcome = next(
        record["response"]["id"]
        for record in records
        if record.get("body") == {"name": "welcome"} and record["kind"] == "request"
    )
    message = {"author": {"id": "2000"}, "channel_id": welcome, "content": play.SECRET}
    shown = {"kind": "event", "t": "2027-02-23T10:00:00.000Z", "event": "MESSAGE_CREATE"}
    records.append({**shown, "body": message, "sessions": 1})
    assert says(verdict(records), "leak", play.MEERA, "#welcome")


def test_nothing_to_offer_is_no_offer(records: list[Record], verdict: Verdict) -> None:
    """A mentee who has no hour in common with the captain is offered nothing."""
    offer = next(r for r in sent(records, "oo") if dm_of(records, play.ANIKA) in r["path"])
    records.remove(offer)
    assert says(verdict(records), "one_on_one_offer", play.ANIKA, ": lost")
    for record in records:
        values = (record.get("body") or {}).get("values", {})
        if record.get("person") == play.ANIKA and "When are you usually free?" in values:
            values["When are you usually free?"] = "Fri 03:00-04:00"
    report = verdict(records)
    assert not says(report, "one_on_one_offer", play.ANIKA, ": lost")


def test_new_bookings_are_not_told_twice_in_an_evening(
    records: list[Record], verdict: Verdict
) -> None:
    eve = sent(records, "cd")[0]
    extra = copy.deepcopy(eve)
    extra["body"]["nonce"] = "cb-999"
    extra["response"]["id"] = "999999"
    records.insert(records.index(eve) + 1, extra)
    assert says(verdict(records), "captain_bookings", "not due")


def test_message_without_its_number(records: list[Record], verdict: Verdict) -> None:
    sent(records, "in")[0]["body"]["embeds"] = []
    assert says(verdict(records), "carries no number")


def test_message_with_the_number_of_another(records: list[Record], verdict: Verdict) -> None:
    first, second = sent(records, "cw")[:2]
    number = first["body"]["nonce"].partition("-")[2]
    button = second["body"]["components"][0]["components"][0]
    button["custom_id"] = f"{button['custom_id'].partition('~')[0]}~{number}"
    assert says(verdict(records), second["body"]["nonce"], "carries", number)


def test_number_of_two_messages(records: list[Record], verdict: Verdict) -> None:
    first, second = sent(records, "cw")[:2]
    for key in ("nonce", "components"):
        second["body"][key] = copy.deepcopy(first["body"][key])
    assert says(verdict(records), "is the number of two messages")


def withdrawal(records: list[Record], status: int) -> Record:
    """The withdrawal of the first shared message, answered in some way."""
    message = sent(records, "in")[0]
    gone = copy.deepcopy(message)
    path = f"{message['path']}/{message['response']['id']}"
    refused = {"message": "Unknown Message", "code": 10008}
    gone |= {"method": "DELETE", "path": path, "body": None, "status": status}
    gone["response"] = refused if status == 404 else None
    return gone


def test_withdrawal_of_what_is_not_there(records: list[Record], verdict: Verdict) -> None:
    assert says(verdict([*records, withdrawal(records, 404)]), "refused: DELETE", "10008")


def test_withdrawal_asked_for_again(records: list[Record], verdict: Verdict) -> None:
    twice = [withdrawal(records, 204), withdrawal(records, 404)]
    assert not says(verdict([*records, *twice]), "refused: DELETE")
