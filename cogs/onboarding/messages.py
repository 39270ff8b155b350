"""The words of the first steps."""

from collections.abc import Mapping

from bot.services.onboarding import Introduction, Newcomer, Profile, TeamIntroduction
from bot.ui.text import joined, plain, quoted, stamp

STRANGER = (
    "Hello, and welcome! I look after a mentoring programme here, and I do not find your "
    "username on its list. Nothing is wrong, and there is nothing you have to do: if you take "
    "part, an organizer will add you. They have got a note that you are here."
)


def _article(word: str) -> str:
    return f"an {word}" if word[:1].lower() in "aeiou" else f"a {word}"


def greeting(who: Newcomer, role_names: Mapping[str, str]) -> str:
    """The first message to somebody from the roster."""
    roles = joined([_article(role_names[role].lower()) for role in who.roles])
    return (
        f"Hello {plain(who.name)}, welcome to **{plain(who.cohort)}**! You are here as {roles}, "
        f"and it starts on {stamp(who.start, 'D')}.\n"
        "One short form tells the others how to call you and when you are free. "
        "It takes about two minutes, and you can change it later."
    )


def public_greeting(who: Newcomer) -> str:
    """The same in the welcome channel, saying nothing about the person but hello."""
    return (
        f"Hello <@{who.user_id}>, welcome! Press “Get started” whenever you like: "
        "what follows is seen only by you."
    )


FORM_NOTE = (
    "Your team, your captain and the organizers can read this. Nothing is posted unless you ask."
)


def receipt(profile: Profile, role_names: Mapping[str, str]) -> str:
    """What somebody is told once their form is accepted."""
    lines = [
        f"Thank you, {plain(profile.name)}! It is {profile.now:%H:%M} on {profile.now:%A} where "
        f"you are, right? If not, press “Get started” again.",
    ]
    if profile.hours:
        lines.append(f"You are usually free: {profile.hours_in_words}.")
    else:
        lines.append("You named no free hours, so I will not propose any meetings to you.")
    lines += [_team(team, role_names) for team in profile.teams]
    if not profile.running:
        lines.append("Your team's channel opens when an organizer launches the cohort.")
    lines.append("If you would like to say hello, here is a draft to copy and make your own:")
    lines.append(quoted(draft_introduction(profile, role_names)))
    return "\n".join(lines)


def _team(team: TeamIntroduction, role_names: Mapping[str, str]) -> str:
    where = f" Your channel is <#{team.channel_id}>." if team.channel_id else ""
    project = f", working on {plain(team.project)}" if team.project else ""
    people = []
    if team.navigators:
        who = role_names["navigator"].lower() + ("s" if len(team.navigators) > 1 else "")
        people.append(f"{who}: {plain(joined(list(team.navigators)))}")
    if team.captain:
        people.append(f"{role_names['captain'].lower()}: {plain(team.captain)}")
    if team.mentees:
        who = role_names["mentee"].lower() + ("s" if len(team.mentees) > 1 else "")
        people.append(f"{who}: {plain(joined(list(team.mentees)))}")
    known = "; ".join(people)
    return f"**Team {plain(team.name)}**{project}. {known[:1].upper()}{known[1:]}.{where}"


def draft_introduction(profile: Profile, role_names: Mapping[str, str]) -> str:
    """A first introduction to start from, in the person's own voice."""
    sentences = [f"Hello, I am {profile.name}."]
    if profile.teams:
        team = profile.teams[0]
        project = f", and we work on {team.project}" if team.project else ""
        names = [t.name for t in profile.teams if t.role == team.role]
        label = f"team {names[0]}" if len(names) == 1 else f"teams {joined(names)}"
        role = _article(role_names[team.role].lower())
        sentences.append(f"I am {role} of {label}{project if len(names) == 1 else ''}.")
    if profile.about:
        sentences.append(profile.about)
    return " ".join(sentences)


def introduction(who: Introduction, role_names: Mapping[str, str]) -> str:
    """Somebody's introduction, posted because they asked."""
    return f"<@{who.user_id}> says hello:\n{quoted(draft_introduction(who.profile, role_names))}"


def introduced(channel_id: int | None) -> str:
    """What the person is told who asked for it."""
    where = f"in <#{channel_id}>" if channel_id else "once the cohort is launched"
    return f"Your introduction is posted {where}. Welcome aboard!"
