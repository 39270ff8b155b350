"""The sandbox held against Discord's description."""
