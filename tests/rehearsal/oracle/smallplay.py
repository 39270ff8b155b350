"""A small cohort that goes well: the pilot's two teams over two weeks, all times by hand in UTC.

Kolkata is at +05:30, Kathmandu +05:45, St. John's -03:30, Los Angeles -08:00, Harare +02:00,
Lagos, Warsaw and Berlin +01:00; no clock changes before the close.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.rehearsal.oracle.wiremaker import Maker, Record, calendar, mark, row, utc

ROSTER = Path(__file__).parents[3] / "examples" / "rosters" / "pilot.csv"
ALEX, HARUTO, LUCIA = "alexspace68", "haruto_star38", "lucia_codes45"
MAIA, YARA, ANDREI = "maiadev84", "yara_codes45", "andrei_dev50"
HANA, MEERA, MOYO = "hana_codes39", "meera_orbit14", "hanacodes70"
ANIKA, DMYTRO, MEHMET = "anika_codes65", "dmytroorbit75", "mehmetspace32"
STRANGER = "passerby1"
MERCURY = (MAIA, YARA, HANA, MEERA, MOYO)
VENUS = (ANDREI, ANIKA, DMYTRO, MEHMET)
PEOPLE = [ALEX, HARUTO, LUCIA, *MERCURY, *VENUS, STRANGER]
ZONES = {
    MAIA: "Kolkata",
    YARA: "Asia/Kathmandu",
    HANA: "Warsaw",
    MEERA: "Africa/Lagos",
    MOYO: "Europe/Berlin",
    ANDREI: "America/St_Johns",
    ANIKA: "America/St_Johns",
    DMYTRO: "Los Angeles",
    MEHMET: "Africa/Lagos",
    LUCIA: "Lagos, Nigeria",
    HARUTO: "Asia/Kathmandu",
    ALEX: "Africa/Harare",
}
SECRET = "I cry every evening and nobody knows about it"
FOR_MENTORS = "the ORM chapter took me four evenings"
FOR_TEAM = "I opened my first pull request"
FOR_TEAM_AGAIN = "I opened my first and second pull requests"


def script() -> dict[str, Any]:
    """What the personas of the play were told."""
    return {
        "cohort": {
            "name": "Pilot",
            "start": "2027-02-22",
            "weeks": 2,
            "prompt_weekday": "Monday",
            "prompt_hour": "09:00",
        },
        "guild_id": "1000",
        "organizer": ALEX,
        "personas": {MEERA: {"persona": "closed", "closed_dms": True}},
        "outages": [],
    }


class Play(Maker):
    """The story in scenes."""

    where: dict[str, str]
    role_of: dict[str, str]
    offers: dict[str, tuple[Any, ...]]

    def perform(self) -> list[Record]:
        """All scenes, in the order in which they were made."""
        self.when("02-15 07:00")
        self.start(ALEX, [ALEX], [self.channel_object("1500", "general", None)])
        self.launch()
        self.arrivals()
        self.first_week()
        self.meetings()
        self.second_week()
        self.close()
        return self.records

    def when(self, text: str) -> None:
        """Go to a moment."""
        self.at = utc(text)

    def launch(self) -> None:
        self.when("02-15 09:05")
        self.run(ALEX, "/cohort create", "Created.", name="Pilot")
        self.when("02-15 09:10")
        self.run(ALEX, "/cohort import", "12 rows.", file="pilot.csv")
        self.greet(ALEX)
        self.when("02-15 09:20")
        answer = {"components": row(("Launch", "lo:cohorts:launch:1")), "flags": 64}
        self.interact(ALEX, "run", {"command": "/cohort launch", "options": {}}, answer)
        self.when("02-15 09:21")
        self.click(ALEX, "lo:cohorts:launch:1", {"content": "Launching."})
        self.role_of = {n: self.role(n) for n in ("Organizer", "Team Mercury", "Team Venus")}
        organizer = self.role_of["Organizer"]
        self.where = {
            "welcome": self.channel("welcome", None),
            "introductions": self.channel("introductions", None),
            "organizers": self.channel("organizers", [organizer]),
        }
        for team in ("Mercury", "Venus"):
            readers = [self.role_of[f"Team {team}"], organizer]
            self.where[team] = self.channel(f"team-{team.lower()}", readers)
            who = ("Who is in my team", "lo:teams:who:1")
            self.post(self.where[team], "tw", f"Welcome, {team}!", who)
        home = self.post(
            self.where["welcome"],
            "hm",
            "Everything starts here.",
            ("Get started", "lo:onboarding:open:"),
            ("Check in", "lo:checkin:current:"),
            ("My meetings", "lo:meetings:mine:"),
            ("My messages", "lo:messages:mine:"),
            ("Take a break", "lo:people:break:"),
        )
        pins = f"/channels/{self.where['welcome']}/messages/pins/{home}"
        self.request("PUT", pins, None, None, 204)

    def greet(self, name: str) -> None:
        button = ("Get started", "lo:onboarding:open:7")
        if name == MEERA:
            self.refuse(name, "gr")
            mention = f"<@{self.people[name]}>, good to have you here."
            self.post(self.where["welcome"], "gr", mention, button)
        else:
            self.tell(name, "gr", "Good to have you here.", button)

    def arrivals(self) -> None:
        for number, name in enumerate([HARUTO, LUCIA, *MERCURY, *VENUS]):
            self.when(f"02-16 {8 + number:02}:00")
            self.join(name)
            self.greet(name)
        for number, name in enumerate([ALEX, HARUTO, LUCIA, *MERCURY, *VENUS]):
            self.when(f"02-17 {8 + number:02}:10")
            self.onboard(name)
        self.when("02-17 21:00")
        self.click(HANA, "lo:onboarding:introduce:3", {"content": "Posted."})
        self.post(self.where["introductions"], "in", f"Meet <@{self.people[HANA]}>: I like maps.")
        self.when("02-18 10:00")
        self.join(STRANGER)
        self.tell(STRANGER, "sn", "You are not on my list; an organizer knows.")
        self.post(self.where["organizers"], "on", f"{STRANGER} has joined.")

    def onboard(self, name: str) -> None:
        values = {
            "What should we call you?": name.title(),
            "Your city or timezone": ZONES[name],
            "When are you usually free?": "",
            "One line about you": "I like maps.",
        }
        button = row(("Post it for me", "lo:onboarding:introduce:3"))
        self.submit(name, "lo:onboarding:form:7:1", values, {"components": button, "flags": 64})
        roles = ["Organizer"] if name in (ALEX, HARUTO) else []
        roles += ["Team Mercury"] if name in (*MERCURY, LUCIA) else []
        roles += ["Team Venus"] if name in (*VENUS, LUCIA) else []
        self.give(name, *(self.role_of[role] for role in roles))

    def prompt(self, team: str, week: int) -> str:
        buttons = ("Check in", "lo:checkin:open:9"), ("Skip this week", "lo:checkin:skip:9")
        return self.post(self.where[team], "cp", f"Week {week}: how was it?", *buttons)

    def answer(self, name: str, week: int, audience: str, text: str) -> None:
        form = f"lo:checkin:answer:9:{week}{name}{self.at:%d%H}"
        blank = {"custom_id": form, "title": f"Week {week} check-in", "components": []}
        self.click(name, "lo:checkin:current:", blank, kind=9)
        values = {
            "What did you do or learn?": text,
            "What is in your way?": "",
            "How is your energy?": ["3"],
            "Who may read this?": audience,
        }
        self.submit(name, form, values, {"content": f"Thank you. {text}", "flags": 64})

    def share(self, team: str, prompt: str, text: str) -> tuple[str, str]:
        channel, thread = self.where[team], prompt
        path = f"/channels/{channel}/messages/{prompt}/threads"
        made = {"id": thread, "parent_id": channel, "type": 11, "guild_id": "1000"}
        self.request("POST", path, {"name": "Check-ins"}, made, 201)
        self.event("THREAD_CREATE", made)
        return thread, self.post(thread, "cs", f"**Hana**\n> {text}")

    def offer(self, name: str, moment: str) -> None:
        self.when(moment)
        self.tell(name, "oo", "Three times:", *self.offers[name])

    def first_week(self) -> None:
        self.when("02-22 03:30")
        prompt = self.prompt("Mercury", 1)
        self.when("02-22 12:30")
        self.prompt("Venus", 1)
        self.when("02-22 08:00")
        self.tell(LUCIA, "cw", "Your crew this week", ("My crew", "lo:meetings:crew:1"))
        self.when("02-22 18:00")
        self.answer(HANA, 1, "team", FOR_TEAM)
        thread, shared = self.share("Mercury", prompt, FOR_TEAM)
        self.when("02-22 20:00")
        self.answer(HANA, 1, "team", FOR_TEAM_AGAIN)
        path = f"/channels/{thread}/messages/{shared}"
        self.request("PATCH", path, {"content": f"> {FOR_TEAM_AGAIN}"}, {"id": shared})
        self.answer(MEERA, 1, "captain", SECRET)
        self.when("02-23 15:00")
        self.answer(ANIKA, 1, "mentors", FOR_MENTORS)
        digest = ("Read the check-ins again", "lo:checkin:digest:1")
        self.when("02-26 10:30")
        self.tell(MAIA, "nw", f"Hana: {FOR_TEAM_AGAIN}", digest)
        self.when("02-26 10:15")
        self.tell(YARA, "nw", f"Hana: {FOR_TEAM_AGAIN}", digest)
        self.when("02-26 19:30")
        self.tell(ANDREI, "nw", f"Anika: {FOR_MENTORS}", digest)
        self.when("02-24 10:00")
        self.run(MOYO, "/pause", "Rest well.", until="2027-03-05")
        self.when("02-25 10:00")
        self.run(MEHMET, "/leave", "Farewell.")
        self.give(MEHMET)
        self.post(self.where["organizers"], "on", f"{MEHMET} has left the programme.")

    def meetings(self) -> None:
        def three(*labels: str) -> tuple[Any, ...]:
            books = [(label, f"lo:meetings:book:{label}") for label in labels]
            return (*books, ("Not this time", "lo:meetings:decline:1"))

        self.offers = {
            HANA: three("Thu 25 Feb 14:00 Warsaw", "Tue 2 Mar 14:00 Warsaw"),
            MEERA: three("Thu 25 Feb 15:00 Lagos"),
            MOYO: three("Thu 25 Feb 16:00 Berlin"),
            ANIKA: three("Mon 1 Mar 14:00 St Johns"),
            DMYTRO: three("Mon 1 Mar 10:00 Los Angeles"),
            MEHMET: three("Wed 24 Feb 18:30 Lagos"),
        }
        for name in (HANA, MOYO, MEHMET):
            self.offer(name, "02-23 09:00")
        self.offer(ANIKA, "02-23 13:30")
        self.offer(DMYTRO, "02-23 18:00")
        self.when("02-23 09:00")
        self.refuse(MEERA, "oo")
        self.when("02-24 12:00")
        look = self.click(MEERA, "lo:messages:mine:", {"content": "One message.", "flags": 64})
        self.follow_up(look, {"components": row(*self.offers[MEERA]), "flags": 64})
        self.book(HANA, "02-23 10:00", "02-25 13:00", "1")
        self.crew("cd", "02-24 17:00", "02-25 13:00")
        self.book(DMYTRO, "02-25 12:00", "03-01 18:00", "2")
        self.crew("cb", "02-25 17:00", "03-01 18:00")
        self.when("02-25 11:00")
        text = f"In two hours: {mark('02-25 13:00')}"
        self.tell(HANA, "or", text, ("Cancel this meeting", "lo:meetings:cancel:1"))
        self.when("02-26 15:00")
        self.click(DMYTRO, "lo:meetings:cancel:2", {"content": "Cancelled."}, kind=7)
        text = f"Cancelled: {mark('03-01 18:00')}"
        self.tell(LUCIA, "oc", text, ("My crew", "lo:meetings:crew:1"))

    def book(self, name: str, moment: str, start: str, key: str) -> None:
        self.when(moment)
        cancel = row(("Cancel this meeting", f"lo:meetings:cancel:{key}"))
        card = {"content": f"You meet Lucía {mark(start)}", "components": cancel}
        files = calendar(start)
        self.click(name, f"lo:meetings:book:{key}", card, kind=7, files=files)

    def crew(self, code: str, moment: str, *starts: str) -> None:
        self.when(moment)
        text = "\n".join(mark(start) for start in starts)
        files = [file for start in starts for file in calendar(start)]
        self.tell(LUCIA, code, text, ("My crew", "lo:meetings:crew:1"), files=files)

    def second_week(self) -> None:
        self.when("03-01 03:30")
        prompt = self.prompt("Mercury", 2)
        self.when("03-01 12:30")
        self.prompt("Venus", 2)
        self.when("03-01 08:00")
        self.tell(LUCIA, "cw", "Your crew this week", ("My crew", "lo:meetings:crew:1"))
        self.when("03-01 18:00")
        self.answer(HANA, 2, "team", "Reviewed a colleague's patch")
        self.share("Mercury", prompt, "Reviewed a colleague's patch")
        digest = ("Read the check-ins again", "lo:checkin:digest:1")
        self.when("03-05 10:30")
        self.tell(MAIA, "nw", "Hana: Reviewed a colleague's patch", digest)
        self.when("03-05 10:15")
        self.tell(YARA, "nw", "Hana: Reviewed a colleague's patch", digest)
        self.when("03-05 08:00")
        self.tell(MOYO, "wb", "Welcome back!", ("Check in", "lo:checkin:current:"))

    def close(self) -> None:
        self.when("03-07 12:00")
        self.run(ALEX, "/cohort close", "Closed.")
        for team in ("Mercury", "Venus"):
            channel = self.where[team]
            who = ("Who is in my team", "lo:teams:who:1")
            self.post(channel, "tf", "That was us.", who)
            readers = [self.role_of[f"Team {team}"], self.role_of["Organizer"]]
            name, deny = f"team-{team.lower()}", (1 << 11) | (1 << 38)
            self.event("CHANNEL_UPDATE", self.channel_object(channel, name, readers, deny))
        self.when("03-07 13:00")
        self.act(HANA, "read", {"channel_id": self.where["Mercury"]})


def new_play() -> Play:
    """The play before its first scene."""
    return Play({name: str(3000 + number) for number, name in enumerate(PEOPLE)})
