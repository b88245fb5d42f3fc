"""Faults of the line between a driver and its machine: a relay that passes on what comes, until a fault harms it."""
