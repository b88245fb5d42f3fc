"""Codes that are read: what a text from a reader says by itself, before any context."""
