"""The page reads what the sandbox truly records, not only what these tests make up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from rehearsal.page import write_page
from rehearsal.page.wire import read_story
from sandbox.server import Sandbox
from tests.rehearsal.page.document import Document
from tests.rehearsal.page.lines import ROWS
from tests.rehearsal.page.wires import READ
from tests.sandbox.proper import proper


async def test_a_recording_of_the_sandbox_becomes_a_page(tmp_path: Path) -> None:
    now = [datetime(2027, 2, 22, 9, tzinfo=UTC)]
    wire, roster = tmp_path / "wire.jsonl", tmp_path / "roster.csv"
    roster.write_text(ROWS, encoding="utf-8")
    async with proper(Sandbox(lambda: now[0], wire)) as sandbox:
        app = sandbox.create_application("Liftoff")
        guild = sandbox.create_guild("Station")
        sandbox.invite_bot(app, guild, 8)
        anika = sandbox.create_person("anika.codes97", "Anika")
        jan = sandbox.create_person("jan_orbit33", "Jan")
        await anika.join(guild)
        await jan.join(guild)
        jan.close_direct_messages()
        head = {"Authorization": f"Bot {app.token}"}
        async with aiohttp.ClientSession(headers=head) as session:

            async def call(method: str, path: str, body: Any = None, status: int = 200) -> Any:
                async with session.request(method, sandbox.api_base + path, json=body) as answer:
                    assert answer.status in (status, 201, 204), await answer.text()
                    return None if answer.status == 204 else await answer.json()

            async def direct(user_id: int) -> str:
                opened = await call("POST", "/users/@me/channels", {"recipient_id": str(user_id)})
                return f"/channels/{opened['id']}/messages"

            hello = {"content": "Hello <@" + str(anika.id) + ">", "nonce": "gr-1"}
            sent = await call("POST", await direct(anika.id), {**hello, "enforce_nonce": True})
            await call("POST", await direct(jan.id), {"content": "Psst"}, 403)
            now[0] += timedelta(hours=1)
            path = f"/channels/{sent['channel_id']}/messages/{sent['id']}"
            await call("PATCH", path, {"content": "Hello again"})

            role = await call("POST", f"/guilds/{guild.id}/roles", {"name": "Team Mercury"})
            overwrites = [
                {"id": str(guild.id), "type": 0, "allow": "0", "deny": str(READ)},
                {"id": role["id"], "type": 0, "allow": str(READ), "deny": "0"},
            ]
            body = {"name": "team-mercury", "type": 0, "permission_overwrites": overwrites}
            channel = await call("POST", f"/guilds/{guild.id}/channels", body)
            await call("PUT", f"/guilds/{guild.id}/members/{anika.id}/roles/{role['id']}")
            path = f"/channels/{channel['id']}/messages"
            prompt = await call("POST", path, {"content": "Week 1", "nonce": "cp-2"})
            await call("POST", f"{path}/{prompt['id']}/threads", {"name": "Answers"})
            await call("POST", f"/channels/{prompt['id']}/messages", {"content": "In the thread"})

    story = read_story(wire)
    assert {one.nonce for one in story.messages.values()} >= {"gr-1", "cp-2"}
    assert [one.body["error"]["code"] for one in story.deeds if one.kind == "refused"] == [50007]
    one = story.guilds[str(guild.id)]
    people = {str(anika.id), str(jan.id)}
    assert people & set(one.readers(channel["id"])) == {str(anika.id)}
    write_page(tmp_path, wire, {"start": "2027-02-22", "weeks": 1}, roster, {}, "Recorded")
    document = Document.parse((tmp_path / "index.html").read_text(encoding="utf-8"))
    hers = document.by_id("person-anika.codes97").text
    assert "Hello @Anika" in hers
    assert "Edited Mon 22 Feb 15:45 as first sent Hello again" in hers
    assert "New in #team-mercury: “Week 1”" in hers
    assert "direct messages are closed: “Psst”" in document.by_id("person-jan_orbit33").text
    thread = document.by_id("channel-team-mercury").all("details", "thread")[0]
    assert "In the thread" in thread.text
