"""Which timezone somebody means: from an IANA name, a city, or a country with a single one."""

import difflib
import re
import unicodedata
from functools import cache

from bot.domain.errors import Refusal, shown
from bot.domain.wallclock import zone_names

_LONGEST = 100
_HINT = "Kathmandu or Europe/Berlin"
_REGIONS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
)
# These mean different clocks in different places, or one clock for only half of the year.
_AMBIGUOUS = {
    "cst": "Chicago, Shanghai or Havana",
    "cdt": "Chicago or Havana",
    "ist": "Kolkata, Dublin or Jerusalem",
    "bst": "London or Dhaka",
    "est": "New York, Panama or Jamaica",
    "edt": "New York or Toronto",
    "mst": "Denver or Phoenix",
    "mdt": "Denver or Edmonton",
    "pst": "Los Angeles or Manila",
    "pdt": "Los Angeles or Vancouver",
    "hst": "Honolulu or Adak",
    "ast": "Halifax, Puerto Rico or Riyadh",
    "sst": "Singapore or Pago Pago",
    "gst": "Dubai or Tbilisi",
    "cordoba": "Buenos Aires or Madrid",
    "georgia": "Tbilisi or New York",
    "merida": "America/Merida, Madrid or Caracas",
    "petersburg": "Moscow or Indianapolis",
    "san juan": "Puerto Rico or Buenos Aires",
}
# Names of the tz database that are not what people mean by the word.
_NOT_CITIES = frozenset({"center", "knox", "north", "south", "west", "marengo", "monticello"})
_OFFSET = re.compile(r"(?:utc|gmt)?\s*[+\-−–±]\s*[0-9]{1,2}(?:[:.]?[0-9]{2})?")
# Large cities, and other names for places, that the tz database does not list by that name.
_ALIASES = {
    "Africa/Cairo": "Alexandria",
    "Africa/Johannesburg": "Cape Town, Durban, Pretoria",
    "Africa/Lagos": "Abuja, Ibadan, Kano, Port Harcourt",
    "Africa/Accra": "Kumasi",
    "Africa/Nairobi": "Mombasa",
    "America/Chicago": "Austin, Dallas, Houston, Minneapolis, New Orleans, St Louis",
    "America/Denver": "Salt Lake City, Albuquerque",
    "America/Los_Angeles": "San Francisco, San Diego, San Jose, Seattle, Portland, Las Vegas, LA",
    "America/Mexico_City": "Ciudad de Mexico, CDMX, Guadalajara, Puebla",
    "America/New_York": "Boston, Washington, Philadelphia, Miami, Atlanta, Pittsburgh, NYC,"
    " New York City, Washington DC",
    "America/Sao_Paulo": "Rio de Janeiro, Rio, Brasilia, Belo Horizonte, Porto Alegre, Curitiba",
    "America/St_Johns": "Newfoundland",
    "America/Toronto": "Montreal, Ottawa, Quebec",
    "America/Vancouver": "Victoria BC",
    "Asia/Dhaka": "Chittagong, Chattogram",
    "Asia/Ho_Chi_Minh": "Hanoi, Da Nang",
    "Asia/Jerusalem": "Haifa",
    "Asia/Karachi": "Islamabad, Lahore",
    "Asia/Kathmandu": "Pokhara, Lalitpur",
    "Asia/Kolkata": "Pune, Mumbai, Bombay, Delhi, New Delhi, Bangalore, Bengaluru, Chennai, Madras,"
    " Hyderabad, Ahmedabad, Jaipur, Kochi",
    "Asia/Seoul": "Busan",
    "Asia/Shanghai": "Beijing, Shenzhen, Guangzhou, Chengdu, Wuhan, China",
    "Asia/Tehran": "Isfahan, Mashhad, Shiraz",
    "Asia/Tokyo": "Osaka, Kyoto, Nagoya, Sapporo, Fukuoka",
    "Asia/Yangon": "Mandalay",
    "Australia/Sydney": "Newcastle NSW",
    "Europe/Berlin": "Munich, München, Hamburg, Frankfurt, Cologne, Köln, Leipzig, Stuttgart,"
    " Germany, Deutschland",
    "Europe/Brussels": "Antwerp, Ghent",
    "Europe/Istanbul": "Ankara, Izmir, Turkey",
    "Europe/Kyiv": "Ukraine",
    "Europe/Lisbon": "Porto",
    "Europe/London": "UK, GB, Great Britain, England, Scotland, Wales, Northern Ireland,"
    " Manchester, Edinburgh, Glasgow, Cardiff, Leeds, Bristol",
    "Europe/Madrid": "Barcelona, Valencia, Seville",
    "Europe/Paris": "Lyon, Marseille, Toulouse",
    "Europe/Moscow": "St Petersburg, Saint Petersburg",
    "Europe/Rome": "Milan, Milano, Naples, Turin, Florence",
    "Europe/Warsaw": "Kraków, Cracow, Wroclaw, Gdansk, Poznan, Lodz",
    "Europe/Zurich": "Geneva, Basel, Bern, Lausanne",
    "Pacific/Auckland": "Wellington, Christchurch, Dunedin",
    "Pacific/Chatham": "Chatham Islands",
}
_COUNTRY_NAMES = {
    "USA": "US",
    "United States of America": "US",
    "UAE": "AE",
    "Brasil": "BR",
    "UK": "GB",
    "Great Britain": "GB",
    "England": "GB",
    "Scotland": "GB",
    "Wales": "GB",
    "Northern Ireland": "GB",
    "Deutschland": "DE",
}
# Letters that do not fall apart into a letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def iana_name(text: str) -> str | None:
    """The IANA name that `text` is, in any case, or None. Links such as Asia/Calcutta stay."""
    return _iana_by_case().get(text.strip().casefold())


def find_timezone(text: str) -> str:
    """The IANA name of the timezone that a person means.

    Takes an IANA name, a city ("sao paulo", "Kathmandu, Nepal"), or a country with one timezone;
    case and accents do not matter. Raises Refusal, with up to three near names, for anything
    else; also for abbreviations such as CST and for offsets such as UTC+2, which say nothing
    about clock changes.
    """
    if len(text) > _LONGEST or not text.strip():
        raise Refusal(f"Please write your city or timezone, such as {_HINT}.")
    if found := iana_name(text):
        if found.casefold() not in _AMBIGUOUS:
            return _modern(found)
    elif _OFFSET.fullmatch(text.strip().casefold()):
        raise Refusal(
            f"{shown(text)} does not say when your clocks change; please write the large city"
            f" nearest to you, such as {_HINT}."
        )
    parts = [key for part in text.split(",") if (key := _key(part))]
    if len(parts) == 1 and (found := _place(parts[0])):
        return found
    if len(parts) > 1 and (found := _place_in(parts[0], parts[-1])):
        return found
    near = _near(_key(text), parts[0] if parts else "")
    if near:
        raise Refusal(
            f"I do not know the timezone {shown(text)};"
            f" if you mean {_either(near)}, please write that."
        )
    raise Refusal(
        f"I do not know the timezone {shown(text)}; please write the large city nearest to you,"
        f" such as {_HINT}."
    )


def _place(key: str) -> str | None:
    """The zone of a city or a country. Raises Refusal for what may mean several zones."""
    if key in _AMBIGUOUS:
        raise Refusal(
            f"{shown(key.upper() if len(key) == 3 else key.title())} can mean several timezones;"
            f" please write a city, such as {_AMBIGUOUS[key]}."
        )
    if found := _cities().get(key):
        return found
    zones = _countries().get(key, ())
    if len(zones) > 1:
        cities = [name.rsplit("/", 1)[-1].replace("_", " ") for name in zones[:3]]
        raise Refusal(
            f"{shown(key.upper() if len(key) < 4 else key.title())} has several timezones;"
            f" please write a city there, such as {_either(cities)}."
        )
    return zones[0] if zones else None


def _place_in(city: str, country: str) -> str | None:
    """The zone of a city, provided that it lies in the country named with it."""
    zones = _countries().get(country, ())
    known = _cities().get(city)
    if known in zones:
        return known
    return zones[0] if len(zones) == 1 else None


def _near(*keys: str) -> list[str]:
    """Up to three zones whose city or name looks like one of the keys."""
    names = {**{_key(name): name for name in zone_names()}, **_cities()}
    found: dict[str, str] = {}
    for key in keys:
        for match in difflib.get_close_matches(key, names, n=3, cutoff=0.7):
            name = _modern(names[match])
            # A city that the zone's name does not show is named too, or nobody would see why.
            own = match in _key(name)
            found.setdefault(name, name if own else f"{match.title()} ({name})")
    return list(found.values())[:3]


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _key(text: str) -> str:
    """A name without case, accents and punctuation."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    letters = "".join(c for c in apart if not unicodedata.combining(c) and c not in ".'’`")
    return " ".join(re.sub(r"[^\w/]|_", " ", letters).split())


def _modern(name: str) -> str:
    """The name in use today of a zone whose old name was kept as a link."""
    from babel.core import get_global

    modern = str(get_global("zone_aliases").get(name, name))
    if modern.startswith("Etc/") and not name.startswith("Etc/"):
        return "UTC"
    return modern if modern in zone_names() else name


@cache
def _iana_by_case() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


@cache
def _cities() -> dict[str, str]:
    """City key → zone: the tz database's cities, their English spellings, and our aliases."""
    from babel import Locale

    cities: dict[str, str] = {}
    for name in sorted(zone_names()):
        region, _, rest = name.partition("/")
        if rest and region in _REGIONS:
            cities[_key(rest.rsplit("/", 1)[-1])] = _modern(name)
    for name, spellings in Locale("en").time_zones.items():
        if name in zone_names() and "city" in spellings:
            cities[_key(str(spellings["city"]).partition(",")[0])] = _modern(name)
    for name, aliases in _ALIASES.items():
        cities.update((_key(alias), name) for alias in aliases.split(","))
    return {key: name for key, name in cities.items() if key not in _NOT_CITIES | {*_AMBIGUOUS}}


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    """Country key → its zones, those with the largest cities first where we know them."""
    from babel import Locale
    from babel.core import get_global

    by_code = get_global("territory_zones")
    names = {str(name): code for code, name in Locale("en").territories.items() if len(code) == 2}
    countries = {}
    for name, code in {**names, **_COUNTRY_NAMES}.items():
        zones = [zone for zone in by_code.get(code, ()) if zone in zone_names()]
        countries[_key(name)] = tuple(sorted(zones, key=lambda zone: zone not in _ALIASES))
    return countries
