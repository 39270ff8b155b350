"""The rules of the programme, pure: no clock, no network, no database."""
