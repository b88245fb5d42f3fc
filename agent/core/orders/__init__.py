"""Orders and the execution of their operations, held against the plan."""
