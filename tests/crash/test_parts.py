"""What the crash test relies on can tell good from bad."""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rehearsal.oracle import Report, judge
from rehearsal.stage import Stage
from tests.crash.aims import START, WHERE, draw
from tests.crash.evidence import STEPS, Book
from tests.crash.figures import line
from tests.crash.lateness import lateness_errors, promised
from tests.crash.outages import Absence
from tests.crash.process import Mortal
from tests.crash.wire import copies, without
from tests.rehearsal.oracle import smallplay as play
from tests.rehearsal.oracle.spoiling import says, sent
from tests.rehearsal.oracle.wiremaker import Record, write

BEGIN = datetime(2027, 2, 22, tzinfo=UTC)


def _judged(records: list[Record], path: Path, **more: Any) -> Report:
    return judge(play.ROSTER, {**play.script(), **more}, write(records, path / "wire.jsonl"))


def test_aims_are_shared_out_and_spread() -> None:
    aims = draw(random.Random(1), 50, BEGIN, BEGIN + timedelta(days=28))
    wheres = Counter(aim.where for aim in aims)
    assert len(aims) == 50
    assert all(wheres[step] == 5 for step in STEPS)
    assert set(wheres) == {*STEPS, *WHERE}
    assert [aim.moment for aim in aims] == sorted(aim.moment for aim in aims)
    assert START in wheres


def test_a_message_whose_answer_was_lost_is_there(tmp_path: Path) -> None:
    records = play.new_play().perform()
    victim = sent(records, "wb")[0]
    channel = victim["path"].split("/")[2]
    body = {"id": victim["response"]["id"], "nonce": victim["body"]["nonce"], "channel_id": channel}
    event = {"event": "MESSAGE_CREATE", "body": body, "kind": "event", "t": victim["t"]}
    victim.update(status=502, response=None, fault="502")
    assert not _judged(records, tmp_path).passed
    records.insert(records.index(victim), event)
    assert _judged(records, tmp_path).passed
    del victim["fault"]
    assert says(_judged(records, tmp_path), "refused")


def test_what_expired_in_an_outage_must_not_come(tmp_path: Path) -> None:
    records = play.new_play().perform()
    victim = sent(records, "wb")[0]
    outage = {"from": "2027-03-05T07:00:00Z", "until": "2027-03-09T07:00:00Z"}
    report = _judged(records, tmp_path, outages=[outage])
    assert says(report, "welcome_back", "was not due")
    without_it = [record for record in records if record is not victim]
    report = _judged(without_it, tmp_path, outages=[outage])
    assert report.deliveries["welcome_back"]["expired"] == 1
    assert not says(report, "welcome_back")


def test_the_table_of_lateness_is_read() -> None:
    table = promised()
    assert table["checkin_prompt"] == (timedelta(days=2), "post")
    assert table["one_on_one_reminder"] == (None, "must")
    assert table["stranger_note"] == (timedelta(days=1), "answer")


@pytest.fixture
def prompt() -> dict[str, Any]:
    return {
        "kind": "checkin_prompt",
        "channel": "team Venus",
        "due": "2027-03-01T12:30:00Z",
        "until": "2027-03-03T12:30:00Z",
        "delivered": "2027-03-02T23:00:00Z",
        "outcome": "delivered",
    }


@pytest.fixture
def complaints(tmp_path: Path) -> Callable[..., list[str]]:
    def found(item: dict[str, Any], hours: int, expired: dict[int, str], text: str) -> list[str]:
        wire = tmp_path / "wire.jsonl"
        body = {"nonce": "cp-4", "content": text}
        record = {"kind": "request", "t": "2027-03-02T23:00:00Z", "body": body}
        wire.write_text(json.dumps(record) + "\n", encoding="utf-8")
        begin = datetime(2027, 3, 1, 3, tzinfo=UTC)
        end = begin + timedelta(hours=hours)
        absence = Absence(begin, end, *_nobody(), Book(tmp_path / "none.db"), expired)
        return list(lateness_errors(absence, [item], wire, {}))

    return found


def _nobody() -> tuple[Stage, Mortal]:
    return Stage.__new__(Stage), Mortal.__new__(Mortal)


LATE = "This comes later than planned."


def test_a_late_prompt_says_so(
    prompt: dict[str, Any], complaints: Callable[..., list[str]]
) -> None:
    assert complaints(prompt, 44, {}, LATE) == []
    assert "does not say so" in complaints(prompt, 44, {}, "How was your week?")[0]


def test_what_expires_is_what_the_table_says(
    prompt: dict[str, Any], complaints: Callable[..., list[str]]
) -> None:
    gone = {**prompt, "outcome": "expired", "delivered": None}
    assert complaints(gone, 90, {4: "checkin_prompt"}, LATE) == []
    assert complaints(gone, 90, {}, LATE)
    assert complaints(gone, 44, {4: "checkin_prompt"}, LATE)
    assert complaints(prompt, 90, {}, LATE)
    shorter = {**prompt, "until": "2027-03-03T11:30:00Z"}
    assert "the table" in complaints(shorter, 44, {}, LATE)[0]


def test_what_was_done_in_vain_is_left_out(tmp_path: Path) -> None:
    wire, copy_of_it = tmp_path / "wire.jsonl", tmp_path / "judged.jsonl"
    lines = [
        {"kind": "event", "event": "INTERACTION_CREATE", "body": {"id": "7"}},
        {"kind": "person", "interaction_id": "7"},
        {"kind": "request", "path": "/interactions/7/{token}/callback", "status": 0},
        {"kind": "request", "path": "/webhooks/1/{token}", "interaction_id": "7", "status": 200},
        {"kind": "request", "path": "/a", "status": 400, "response": {"code": 160004}},
        {"kind": "person", "interaction_id": "8"},
    ]
    wire.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    without({7}, wire, copy_of_it)
    left = [json.loads(one) for one in copy_of_it.read_text(encoding="utf-8").splitlines()]
    assert left == lines[-1:]


def test_copies_are_counted_by_nonce(tmp_path: Path) -> None:
    def made(nonce: object) -> str:
        body = {"nonce": nonce}
        return json.dumps({"kind": "event", "event": "MESSAGE_CREATE", "body": body}) + "\n"

    wire = tmp_path / "wire.jsonl"
    nonces = ["cp-4", "cp-4", "cp-4", "gr-5", "in-6", "in-6", None, None, 12, 12]
    wire.write_text("".join(map(made, nonces)), encoding="utf-8")
    assert copies(wire) == {"cp-4": 2, "in-6": 1}


def test_the_last_line() -> None:
    figures = Counter(kills=3, claimed=1, sent=1, recorded=1, due=30, lost=0, doubled=2)
    assert line(figures) == (
        "crash: 3 kills (claimed 1, sent 1, recorded 1), 30 due, 0 lost, 2 doubled"
    )
