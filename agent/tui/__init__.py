"""The operator's terminal: a process of its own that knows `agent.core` and the agent's socket, nothing else."""
