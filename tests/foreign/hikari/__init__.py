"""A bot on hikari, in an environment of its own."""
