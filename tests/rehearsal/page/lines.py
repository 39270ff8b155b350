"""The lines of the play: its people, their parts, the longer texts and forms."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.rehearsal.page.wires import button, question, row

START = date(2027, 2, 22)
ROWS = """discord_username,name,email,role,team,project,timezone,languages,availability
sita_codes72,Sita Kowalska,s@example.org,navigator,Mercury,Django,Asia/Kathmandu,en,
petra.orbit87,Petra Rossi,p@example.org,navigator,Mercury,Django,Europe/Berlin,de;en,
anika.codes97,Anika Nagy,a@example.org,mentee,Mercury,Django,Asia/Kathmandu,en,
niamhcodes96,Niamh Mensah,n@example.org,mentee,Mercury,Django,Europe/Berlin,de;en,
farai_star61,Farai Şahin,f@example.org,navigator,Jupiter,BeeWare,America/Chicago,en,
joao.codes91,João Iyer,j@example.org,mentee,Jupiter,BeeWare,America/New_York,en,
jan_orbit33,Jan Moyo,jm@example.org,mentee,Jupiter,BeeWare,America/Chicago,en,
noor.orbit73,Noor Sørensen,no@example.org,captain,Mercury;Jupiter,,Africa/Cairo,en,
alex.orbit60,Alex da Silva,al@example.org,organizer,,,Europe/London,en,
"""
SCRIPT = {
    "anika.codes97": {"persona": "prompt", "note": ""},
    "niamhcodes96": {"persona": "pauses", "note": "a week in March"},
    "joao.codes91": {"persona": "leaves", "note": "in week 3"},
    "jan_orbit33": {"persona": "closed-dms", "note": ""},
    "noor.orbit73": {"persona": "captain", "note": ""},
}
NASTY = "<script>alert('boo')</script> & <b>bold</b>"


def home() -> dict[str, Any]:
    """The pinned message."""
    return {
        "content": "# Home\nAll you need is here.",
        "components": row(
            button("Get started", "lo:onboarding:open:", 1),
            button("Check in", "lo:checkin:current:"),
            button("My meetings", "lo:meetings:mine:"),
            button("My messages", "lo:messages:mine:"),
            button("Take a break", "lo:people:break:"),
        ),
    }


def checkin_form(week: int, opening: int) -> dict[str, Any]:
    energy = [{"label": label, "value": str(n)} for n, label in enumerate(("Low", "Fine", "High"))]
    readers = [{"label": f"My {who}", "value": who} for who in ("team", "mentors", "captain")]
    return {
        "custom_id": f"lo:checkin:form:1:{opening}",
        "title": f"Week {week} check-in",
        "components": [
            question("What did you do or learn?", "did", style=2),
            question("What is in your way?", "way", style=2, required=False),
            question("How is your energy?", "energy", 3, options=energy),
            question("Who may read this?", "who", 21, options=readers),
        ],
    }
