"""Figures to look at, run by `make bench`. No test passes or fails by them."""
