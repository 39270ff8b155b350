"""Liftoff: a Discord bot that looks after a mentoring cohort."""

import zoneinfo

__version__ = "0.1.0"

# Timezone rules come from the locked `tzdata` package, never from the machine: a roster planned
# here and sent from there must mean the same hours on both.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
