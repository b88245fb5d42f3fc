"""Corrections of facts, and what they change."""
