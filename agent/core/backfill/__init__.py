"""What nobody watched, found out later from the machine's own history (domain.md R15, R17; docs/backfill.md)."""
