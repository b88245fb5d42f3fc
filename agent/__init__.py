"""Lineside: the shop-floor edge agent of one work-center PC."""

from importlib.metadata import version

VERSION = version("lineside")
