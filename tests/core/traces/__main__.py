"""Writes the expected facts of the traces anew, after a rule was changed on purpose; `git diff` then shows the change.

python -m tests.core.traces                       # the facts of all traces
python -m tests.core.traces cnc-40001             # of one
python -m tests.core.traces --observations        # the observations too, after a scene was changed
"""

from __future__ import annotations

import argparse

from tests.core.traces.playing import NAMES, facts_path, lines, observations_path, played
from tests.core.traces.scenes import SCENES


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.core.traces", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="trace", help=", ".join(NAMES))
    parser.add_argument("--observations", action="store_true", help="play the scenes anew before")
    arguments = parser.parse_args()
    if strangers := set(arguments.names) - set(NAMES):
        parser.error(f"there is no trace {', '.join(sorted(strangers))}; expected some of {', '.join(NAMES)}")
    for name in arguments.names or NAMES:
        if arguments.observations:
            SCENES[name]().write(observations_path(name))
        facts = played(name)
        facts_path(name).write_text("".join(f"{line}\n" for line in lines(facts)), encoding="utf-8")


if __name__ == "__main__":
    main()
