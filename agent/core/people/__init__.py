"""Who works, how long, and who may do what."""
