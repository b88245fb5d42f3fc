"""`python -m tests.powercut --commits N --images M`: the big campaign."""

from __future__ import annotations

import argparse
import asyncio
import logging
import time
from pathlib import Path
from shutil import rmtree

from rich.console import Console

from tests.powercut.campaign import FEWEST_STEPS, Campaign

BUILD = Path(__file__).parents[2] / "build" / "powercut"


def main() -> None:
    """Cut the power as often as was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.powercut", description="Power cuts, simulated.")
    parser.add_argument("--commits", type=int, default=1000, help="steps of the story; default: %(default)s")
    parser.add_argument("--images", type=int, default=8, help="outcomes of each cut; default: %(default)s")
    parser.add_argument("--folders", type=int, default=8, help="restarts from a cut; default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    chosen = parser.parse_args()
    if chosen.commits < FEWEST_STEPS * chosen.folders:
        parser.error(f"--commits must be {FEWEST_STEPS} or more for each of the {chosen.folders} folders")
    # What a judged journal says of itself is no news.
    logging.getLogger("agent").addHandler(logging.NullHandler())
    rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    began = time.monotonic()
    console = Console(highlight=False, markup=False)
    campaign = Campaign(BUILD, chosen.seed, chosen.images, console.print)
    tally = asyncio.run(campaign.run(chosen.commits, chosen.folders))
    console.print(*tally.lines(), *tally.failures[:20], f"{time.monotonic() - began:.0f} s", sep="\n")
    if tally.failures:
        parser.exit(1, f"the first failed outcomes are kept in {BUILD}\n")
    rmtree(BUILD)


if __name__ == "__main__":
    main()
