"""The journal: the append-only SQLite ledger of facts. Nothing outside this folder touches SQLite."""
