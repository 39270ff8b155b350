"""One-on-ones: offering times, booking one, declining, cancelling. One offer is one card."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.delivery.outbox import Outbox
from bot.domain.deliveries import Courtesy, DeliveryPlan, Due
from bot.domain.errors import NotAllowed, NotFound, Refusal
from bot.domain.policy import Role
from bot.domain.rhythm import round_of
from bot.services.lookup import RUNNING, Seat, captain_of, seat_of_person, seats_of_user
from bot.services.one_on_one_cards import (
    MeetingCard,
    OfferCard,
    OfferState,
    clashes,
    find_offer,
    latest_round,
    meeting_card,
    offer_card,
    stayed_unanswered,
)
from bot.services.one_on_one_times import (
    BOOKED,
    OneOnOneRules,
    cancel_messages,
    fresh_times,
    plan_messages,
)
from bot.storage.engine import Database, UnitOfWork
from bot.storage.tables import (
    Cohort,
    Delivery,
    OneOnOne,
    OneOnOneOffer,
    OneOnOneSlot,
    Person,
)


class OneOnOneService:
    """Everything that a mentee or captain does about a one-on-one."""

    def __init__(self, db: Database, clock: Clock, outbox: Outbox, rules: OneOnOneRules) -> None:
        self._db = db
        self._clock = clock
        self._outbox = outbox
        self._rules = rules

    async def offer(self, due: Due) -> OfferCard | str:
        """The card of one round's offer, with times found on the first call.

        A string says why there is nothing to offer.
        """
        async with self._db.write() as uow:
            if due.cohort_id is None or due.person_id is None:
                return "not about a mentee of a cohort"
            seat = await seat_of_person(uow.session, due.cohort_id, due.person_id, Role.MENTEE)
            if seat is None or seat.cohort.state != RUNNING:
                return "no longer a mentee"
            offer = await find_offer(uow.session, seat, due.number)
            if offer is None:
                if await stayed_unanswered(uow.session, seat, due.number):
                    return "two offers stayed unanswered"
                captain = await captain_of(uow.session, seat.membership.team_id)
                if captain is None:
                    return "no captain"
                offer = await self._make(uow, seat, captain, due.number, self._rules.unasked_notice)
            elif not due.edit and offer.state not in (OfferState.OPEN, OfferState.NO_TIME):
                return "answered before it was sent"
            elif offer.state == OfferState.OPEN and await self._over(uow.session, offer):
                captain = await uow.session.get_one(Person, offer.captain_id)
                await self._renew(uow, offer, seat, captain, self._rules.notice)
            if offer.state == OfferState.NO_TIME and not due.edit:
                await uow.commit()
                return "no time that suits both"
            card = await offer_card(uow.session, offer)
            await uow.commit()
            return card

    async def request(self, user_id: int, cohort_id: int | None) -> OfferCard:
        """Fresh times, because the mentee asked; an ended series of offers begins again."""
        async with self._db.write() as uow:
            seats = [
                seat
                for seat in await seats_of_user(uow.session, user_id, (Role.MENTEE,), (RUNNING,))
                if cohort_id in (None, seat.cohort.id)
            ]
            if not seats:
                raise NotAllowed("One-on-ones are for mentees of a running cohort.")
            seat = seats[0]
            captain = await captain_of(uow.session, seat.membership.team_id)
            if captain is None:
                raise Refusal("Your team has no captain yet; an organizer can tell you more.")
            # Where the start was moved later meanwhile, the last offer is still this round's.
            number = max(self._round_now(seat), await latest_round(uow.session, seat))
            offer = await find_offer(uow.session, seat, number)
            if offer is None:
                offer = await self._make(uow, seat, captain, number, self._rules.notice)
            elif offer.state != OfferState.BOOKED or await self._has_met(uow.session, offer):
                offer.captain_id = captain.id
                await self._renew(uow, offer, seat, captain, self._rules.notice)
            self._answered(offer)
            card = await offer_card(uow.session, offer)
            await uow.commit()
            return card

    async def book(self, user_id: int, slot_id: int, message_id: int | None) -> OfferCard:
        """Reserves a time. One that has been taken meanwhile gives fresh ones instead."""
        now = self._clock.now()
        async with self._db.write() as uow:
            slot = await uow.session.get(OneOnOneSlot, slot_id)
            if slot is None:
                raise NotFound("That time is gone; `/meetings` finds another.")
            offer = await uow.session.get_one(OneOnOneOffer, slot.offer_id)
            mentee = await self._mentee(uow.session, offer, user_id)
            seat = await self._seat(uow.session, offer)
            captain = await captain_of(uow.session, seat.membership.team_id)
            if captain is None:
                captain = await uow.session.get_one(Person, offer.captain_id)
            notice = ""
            self._answered(offer)
            if offer.state != OfferState.BOOKED:
                if slot.starts_at < now + self._rules.notice:
                    notice = "That time is too close now; here are other times."
                elif await clashes(
                    uow.session, slot.starts_at, self._rules.length, captain, mentee, now
                ):
                    notice = "That time has just been taken; here are other times."
                if captain.id != offer.captain_id:
                    notice = "Your team has a new captain meanwhile; here are their times."
                if notice:
                    offer.captain_id = captain.id
                    await self._renew(uow, offer, seat, captain, self._rules.notice)
                else:
                    await self._reserve(uow, offer, slot, captain, mentee)
            await self._refresh_card(uow, offer, message_id)
            card = await offer_card(uow.session, offer, notice)
            await uow.commit()
            return card

    async def decline(self, user_id: int, offer_id: int, message_id: int | None) -> OfferCard:
        """Not this time: as good an answer as any, and nobody counts it."""
        async with self._db.write() as uow:
            offer = await self._offer(uow.session, offer_id)
            await self._mentee(uow.session, offer, user_id)
            self._answered(offer)
            if offer.state == OfferState.OPEN:
                offer.state = OfferState.DECLINED
            await self._refresh_card(uow, offer, message_id)
            card = await offer_card(uow.session, offer)
            await uow.commit()
            return card

    async def cancel(self, user_id: int, meeting_id: int) -> MeetingCard:
        """Cancels a booked meeting; the other side is told at once, the cards follow."""
        async with self._db.write() as uow:
            meeting = await uow.session.get(OneOnOne, meeting_id)
            if meeting is None:
                raise NotFound("That meeting is gone; `/meetings` shows what is ahead.")
            captain = await uow.session.get_one(Person, meeting.captain_id)
            mentee = await uow.session.get_one(Person, meeting.mentee_id)
            if user_id not in (captain.user_id, mentee.user_id):
                raise NotAllowed("That meeting belongs to other people.")
            by_captain = user_id == captain.user_id
            if meeting.state == BOOKED:
                if meeting.starts_at <= self._clock.now():
                    raise Refusal("That meeting has begun, so there is nothing to cancel.")
                await self.release(uow, meeting, by=captain.id if by_captain else mentee.id)
                offer = await uow.session.get_one(OneOnOneOffer, meeting.offer_id)
                await self._refresh_card(uow, offer, None)
            card = meeting_card(meeting, captain, mentee, for_captain=by_captain)
            await uow.commit()
            return card

    async def release_all(
        self, uow: UnitOfWork, person: Person, until: datetime | None, cohort_id: int | None = None
    ) -> int:
        """Cancels somebody's meetings ahead (before `until`, if given), telling the other side."""
        query = select(OneOnOne).where(
            OneOnOne.state == BOOKED,
            OneOnOne.starts_at > self._clock.now(),
            or_(OneOnOne.captain_id == person.id, OneOnOne.mentee_id == person.id),
        )
        if until is not None:
            query = query.where(OneOnOne.starts_at < until)
        if cohort_id is not None:
            query = query.where(OneOnOne.cohort_id == cohort_id)
        meetings = list(await uow.session.scalars(query))
        for meeting in meetings:
            await self.release(uow, meeting, by=person.id)
            offer = await uow.session.get_one(OneOnOneOffer, meeting.offer_id)
            await self._refresh_card(uow, offer, None)
        return len(meetings)

    async def release(self, uow: UnitOfWork, meeting: OneOnOne, by: int) -> None:
        """Cancels one meeting and makes the message to the other person due."""
        now = self._clock.now()
        meeting.state = "cancelled"
        meeting.sequence += 1
        offer = await uow.session.get_one(OneOnOneOffer, meeting.offer_id)
        offer.state = OfferState.CANCELLED
        captain = await uow.session.get_one(Person, meeting.captain_id)
        await uow.session.flush()
        await cancel_messages(uow, self._outbox, meeting, captain)
        other = meeting.captain_id if by == meeting.mentee_id else meeting.mentee_id
        if other == meeting.captain_id and meeting.told_by is None:
            return  # the captain has never heard of it, so there is nothing to take back
        person = await uow.session.get_one(Person, other)
        await self._outbox.put(
            uow,
            DeliveryPlan(
                kind="one_on_one_change",
                subject=f"meeting:{meeting.id}",
                occurrence=f"change:{meeting.sequence}",
                guild_id=person.guild_id,
                cohort_id=meeting.cohort_id,
                person_id=other,
                due_at=now,
                last_useful_at=meeting.starts_at,
                rule="at once",
                courtesy=Courtesy.MUST,
            ),
        )

    async def _reserve(
        self,
        uow: UnitOfWork,
        offer: OneOnOneOffer,
        slot: OneOnOneSlot,
        captain: Person,
        mentee: Person,
    ) -> None:
        now = self._clock.now()
        meeting = OneOnOne(
            cohort_id=offer.cohort_id,
            offer_id=offer.id,
            captain_id=captain.id,
            mentee_id=mentee.id,
            starts_at=slot.starts_at,
            ends_at=slot.starts_at + self._rules.length,
            state=BOOKED,
            sequence=0,
            booked_at=now,
        )
        uow.session.add(meeting)
        offer.state = OfferState.BOOKED
        await uow.session.flush()
        await plan_messages(uow, self._outbox, meeting, captain, mentee, now, self._rules.quiet)

    def _answered(self, offer: OneOnOneOffer) -> None:
        """Notes that the mentee reacted; whatever they do, the offer is not unanswered."""
        if offer.answered_at is None:
            offer.answered_at = self._clock.now()

    async def _over(self, session: AsyncSession, offer: OneOnOneOffer) -> bool:
        """Whether a time on offer has come too close, e.g. while the offer waited to be read."""
        soon = self._clock.now() + self._rules.notice
        close = await session.scalar(
            select(OneOnOneSlot.id)
            .where(
                OneOnOneSlot.offer_id == offer.id,
                OneOnOneSlot.current,
                OneOnOneSlot.starts_at < soon,
            )
            .limit(1)
        )
        return close is not None

    async def _make(
        self, uow: UnitOfWork, seat: Seat, captain: Person, number: int, notice: timedelta
    ) -> OneOnOneOffer:
        offer = OneOnOneOffer(
            cohort_id=seat.cohort.id,
            mentee_id=seat.person.id,
            captain_id=captain.id,
            round=number,
            state=OfferState.OPEN,
            made_at=self._clock.now(),
        )
        uow.session.add(offer)
        await uow.session.flush()
        await self._renew(uow, offer, seat, captain, notice)
        return offer

    async def _renew(
        self,
        uow: UnitOfWork,
        offer: OneOnOneOffer,
        seat: Seat,
        captain: Person,
        notice: timedelta,
    ) -> None:
        """Finds fresh times, `notice` from now or later; sooner ones if there are too few."""
        session = uow.session
        await session.execute(
            update(OneOnOneSlot).where(OneOnOneSlot.offer_id == offer.id).values(current=False)
        )
        number = max(offer.round, self._round_now(seat))
        now, mentee = self._clock.now(), seat.person
        times: list[datetime] = []
        for least in dict.fromkeys((notice, self._rules.notice)):
            if len(times) < self._rules.choices:
                times = await fresh_times(
                    session, seat.dates, captain, mentee, number, now, least, self._rules
                )
        offer.state = OfferState.OPEN if times else OfferState.NO_TIME
        session.add_all(
            OneOnOneSlot(offer_id=offer.id, starts_at=start, current=True) for start in times
        )
        await session.flush()

    def _round_now(self, seat: Seat) -> int:
        """The round that today belongs to; before the start the first, after the end the last."""
        today = self._clock.now().astimezone(ZoneInfo(seat.person.timezone)).date()
        return round_of(seat.dates.nearest_week(today), self._rules.every_weeks)

    async def _has_met(self, session: AsyncSession, offer: OneOnOneOffer) -> bool:
        """Whether the meeting that was booked from an offer is over."""
        ahead = await session.scalar(
            select(OneOnOne.id)
            .where(
                OneOnOne.offer_id == offer.id,
                OneOnOne.state == BOOKED,
                OneOnOne.ends_at > self._clock.now(),
            )
            .limit(1)
        )
        return ahead is None

    @staticmethod
    async def _offer(session: AsyncSession, offer_id: int) -> OneOnOneOffer:
        offer = await session.get(OneOnOneOffer, offer_id)
        if offer is None:
            raise NotFound("That offer is gone; `/meetings` finds a time.")
        return offer

    @staticmethod
    async def _mentee(session: AsyncSession, offer: OneOnOneOffer, user_id: int) -> Person:
        mentee = await session.get_one(Person, offer.mentee_id)
        cohort = await session.get_one(Cohort, offer.cohort_id)
        if mentee.user_id != user_id:
            raise NotAllowed("These times were offered to somebody else.")
        if cohort.state != RUNNING:
            raise Refusal(f"“{cohort.name}” is over; thank you for having been part of it.")
        return mentee

    @staticmethod
    async def _seat(session: AsyncSession, offer: OneOnOneOffer) -> Seat:
        seat = await seat_of_person(session, offer.cohort_id, offer.mentee_id, Role.MENTEE)
        if seat is None:
            raise NotAllowed("You are not a mentee of that cohort any more.")
        return seat

    async def _refresh_card(
        self, uow: UnitOfWork, offer: OneOnOneOffer, message_id: int | None
    ) -> None:
        """Has the card in the mentee's messages edited, unless it is the one just pressed."""
        where = [
            Delivery.kind == "one_on_one_offer",
            Delivery.cohort_id == offer.cohort_id,
            Delivery.person_id == offer.mentee_id,
            Delivery.occurrence == f"round:{offer.round}",
        ]
        if message_id is not None:
            where.append(Delivery.message_id != message_id)
        await self._outbox.refresh(uow, *where)
