"""What holds for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# How fast the machine is says nothing about what is right.
settings.register_profile("lineside", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("lineside")
