"""Client libraries that share no code with discord.py, against the sandbox."""
