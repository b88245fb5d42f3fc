"""Counters, and the quantities that come of them."""
