"""A central MES, reduced to what an edge agent meets: it keeps facts, confirms them, asks for gaps, hands out plans."""
