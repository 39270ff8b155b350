"""Bringing a roster into a cohort: people, teams, roles, availability."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from bot.clock import Clock
from bot.domain.errors import Refusal
from bot.domain.policy import Action, Actor, Role
from bot.domain.roster import Roster, Row, parse_roster
from bot.services.arrivals import greet, link
from bot.services.lookup import OPEN, check, cohort_by_name, hours_of
from bot.services.overlaps import TeamRules, team_hours, thin_overlaps
from bot.services.planning import Planner
from bot.storage.engine import Database, Topic, UnitOfWork
from bot.storage.tables import AvailabilityRange, Cohort, Membership, Person, Team


@dataclass
class ImportReport:
    """What an import changed, and what an organizer may want to look at."""

    cohort: str
    people_added: int = 0
    people_updated: int = 0
    people_unchanged: int = 0
    teams_added: int = 0
    already_here: int = 0
    """People of the roster who are members of the server."""
    warnings: list[str] = field(default_factory=list)


class RosterService:
    """Imports rosters. Importing again adds and updates, and never removes anybody."""

    def __init__(self, db: Database, clock: Clock, planner: Planner, rules: TeamRules) -> None:
        self._db = db
        self._clock = clock
        self._planner = planner
        self._rules = rules

    async def import_roster(
        self,
        actor: Actor,
        name: str,
        data: bytes,
        filename: str,
        members: Mapping[str, int],
    ) -> ImportReport:
        """Imports a CSV file, all of it or nothing.

        `members` maps the usernames of the server's members to their account ids. Raises
        RosterProblems, which lists every bad row, and Refusal.
        """
        async with self._db.read() as session:
            await check(session, actor, Action.IMPORT_ROSTER)
            await cohort_by_name(session, actor.guild_id, name)
        roster = await asyncio.to_thread(parse_roster, data, filename, self._rules.max_mentees)
        async with self._db.write() as uow:
            await check(uow.session, actor, Action.IMPORT_ROSTER)
            cohort = await cohort_by_name(uow.session, actor.guild_id, name)
            if cohort.state not in OPEN:
                raise Refusal(f"“{cohort.name}” is closed; please import into an open cohort.")
            report = ImportReport(cohort.name, warnings=list(roster.warnings))
            await self._import(uow, cohort, roster, members, report)
            await self._planner.replan(uow, cohort)
            await uow.commit()
        report.warnings += await self.thin_teams(actor, cohort.id)
        return report

    async def thin_teams(self, actor: Actor, cohort_id: int) -> list[str]:
        """Where people of a team share fewer hours than the programme aims for, in words."""
        async with self._db.read() as session:
            await check(session, actor, Action.SEE_COHORT)
            hours = await team_hours(session, await session.get_one(Cohort, cohort_id))
        return await asyncio.to_thread(thin_overlaps, hours, self._rules)

    async def _import(
        self,
        uow: UnitOfWork,
        cohort: Cohort,
        roster: Roster,
        members: Mapping[str, int],
        report: ImportReport,
    ) -> None:
        teams = await self._teams(uow, cohort, roster, report)
        order = 0
        for username, rows in roster.people.items():
            person, changed = await self._person(uow, cohort, username, rows[0])
            new = person.id is None
            if new:
                uow.session.add(person)
                await uow.session.flush()
            for row in rows:
                for team_name in row.teams or (None,):
                    order += 1
                    team = teams[team_name] if team_name else None
                    changed |= await self._membership(uow, cohort, person, row, team, order)
            report.people_added += new
            report.people_updated += changed and not new
            report.people_unchanged += not changed and not new
            if username in members:
                report.already_here += 1
                await link(uow, person, members[username], self._clock.now())
                await greet(uow, self._planner.outbox, cohort, person, self._clock.now())
        await uow.session.flush()

    async def _teams(
        self, uow: UnitOfWork, cohort: Cohort, roster: Roster, report: ImportReport
    ) -> dict[str, Team]:
        rows = await uow.session.scalars(select(Team).where(Team.cohort_id == cohort.id))
        teams = {team.name: team for team in rows}
        for team in roster.teams:
            row = teams.get(team.name)
            if row is None:
                row = Team(cohort_id=cohort.id, name=team.name, project="", position=len(teams))
                uow.session.add(row)
                teams[team.name] = row
                report.teams_added += 1
            row.project = team.project or row.project
        await uow.session.flush()
        return teams

    async def _person(
        self, uow: UnitOfWork, cohort: Cohort, username: str, row: Row
    ) -> tuple[Person, bool]:
        person = await uow.session.scalar(
            select(Person)
            .where(Person.guild_id == cohort.guild_id, Person.username == username)
            .options(selectinload(Person.availability))
        )
        if person is None:
            person = Person(
                guild_id=cohort.guild_id,
                username=username,
                about="",
                dms_closed=False,
                roles_stale=False,
                availability=[],
            )
            _fill(person, row)
            return person, True
        before = (person.name, person.timezone, hours_of(person))
        # What somebody told the bot themselves is newer than what a spreadsheet says of them.
        if person.onboarded_at is None:
            _fill(person, row)
        return person, before != (person.name, person.timezone, hours_of(person))

    async def _membership(
        self,
        uow: UnitOfWork,
        cohort: Cohort,
        person: Person,
        row: Row,
        team: Team | None,
        order: int,
    ) -> bool:
        """One role of one person; returns whether that changed anything."""
        query = select(Membership).where(
            Membership.cohort_id == cohort.id,
            Membership.person_id == person.id,
            Membership.role == row.role,
        )
        if row.role == Role.CAPTAIN:
            if team is not None:
                await self._replace_captain(uow, team, person)
            query = query.where(
                (Membership.team_id == team.id) if team else Membership.team_id.is_(None)
            )
        membership = await uow.session.scalar(query)
        if membership is None:
            membership = Membership(
                cohort_id=cohort.id, person_id=person.id, role=row.role, position=order
            )
            uow.session.add(membership)
        before = (membership.team_id, membership.left_at)
        membership.team_id = team.id if team else None
        membership.preferences = ";".join(row.preferences)[:300]
        membership.rank, membership.score = row.rank, row.score
        # Whoever is on the roster again after leaving is welcome again.
        membership.left_at = None
        changed = before != (membership.team_id, None) or membership.id is None
        if changed:
            person.roles_stale = True
            uow.touch(Topic.ROLES)
        await uow.session.flush()
        return changed

    async def _replace_captain(self, uow: UnitOfWork, team: Team, captain: Person) -> None:
        rows = await uow.session.scalars(
            select(Membership).where(
                Membership.team_id == team.id,
                Membership.role == Role.CAPTAIN,
                Membership.person_id != captain.id,
                Membership.left_at.is_(None),
            )
        )
        for former in rows:
            former.left_at = self._clock.now()
            person = await uow.session.get_one(Person, former.person_id)
            person.roles_stale = True
            uow.touch(Topic.ROLES)


def _fill(person: Person, row: Row) -> None:
    person.name = row.name
    person.timezone = row.timezone
    person.languages = ";".join(row.languages)
    wanted = {free.start_minute: free.end_minute for free in row.availability.ranges}
    if {r.start_minute: r.end_minute for r in person.availability} != wanted:
        set_availability(person, wanted)


def set_availability(person: Person, wanted: Mapping[int, int]) -> None:
    """Replaces somebody's weekly hours: start minute to end minute, Monday 00:00 is 0."""
    kept = {free.start_minute: free for free in person.availability if free.start_minute in wanted}
    for start, end in wanted.items():
        if start in kept:
            kept[start].end_minute = end
        else:
            kept[start] = AvailabilityRange(start_minute=start, end_minute=end)
    person.availability = [kept[start] for start in sorted(kept)]
