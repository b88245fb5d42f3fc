"""`python -m agent` is `lineside`."""

from agent.commands.main import main

main()
