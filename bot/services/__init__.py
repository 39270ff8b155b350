"""What people can do, one module per feature. Each call is one transaction.

The actor is an argument, permission is checked in every call, ids and dataclasses go in and out.
"""

from dataclasses import dataclass

from bot.services.changes import ChangeService
from bot.services.checkins import CheckInService
from bot.services.cohorts import CohortService
from bot.services.crews import CrewService
from bot.services.deliveries import DeliveryService
from bot.services.delivery_lists import DeliveryLists
from bot.services.onboarding import OnboardingService
from bot.services.one_on_ones import OneOnOneService
from bot.services.organizers import OrganizerService
from bot.services.people import PeopleService
from bot.services.presence import PresenceService
from bot.services.rosters import RosterService
from bot.services.server import ServerService
from bot.services.teams import TeamService
from bot.services.troubles import TroubleService
from bot.services.waiting import WaitingService


@dataclass(frozen=True)
class Services:
    """Every service, for cogs."""

    cohorts: CohortService
    changes: ChangeService
    organizers: OrganizerService
    rosters: RosterService
    onboarding: OnboardingService
    check_ins: CheckInService
    one_on_ones: OneOnOneService
    crews: CrewService
    people: PeopleService
    presence: PresenceService
    teams: TeamService
    troubles: TroubleService
    waiting: WaitingService
    server: ServerService
    deliveries: DeliveryService
    delivery_lists: DeliveryLists
