"""Contradictions: raised, registered, resolved."""
