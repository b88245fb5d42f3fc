"""Stand-ins for what surrounds the agent. They import nothing of ours: sharing a decoder would prove nothing."""
