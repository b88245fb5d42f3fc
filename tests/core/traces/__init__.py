"""Recorded plant time of five machines, with the facts that must come of it. See README.md here."""
