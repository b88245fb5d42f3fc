"""Sheets of cards to print: what operators scan instead of pressing keys."""
