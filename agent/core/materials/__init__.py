"""Component lots, what is used of them, and their movements."""
