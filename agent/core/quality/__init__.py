"""Checks by the MES's plans, and holds."""
