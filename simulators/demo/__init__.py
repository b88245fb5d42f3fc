"""The demonstration: a simulated plant around a real agent, its script, and the verdict over both."""
