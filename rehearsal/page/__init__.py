"""A finished rehearsal as one page that stands alone: what everybody received, did and could read.

It reads the wire, the report, the roster and the play's script, nothing of the bot.
"""

from rehearsal.page.render import write_page

__all__ = ["write_page"]
