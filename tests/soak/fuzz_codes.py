"""Coverage-guided fuzzing of what reads codes: `python -m tests.soak.fuzz_codes --seconds 600`.

Each input is a code; whatever is true of every reading (`tests/core/code_laws.py`) is asserted of it. It begins with
the vectors of the example tests, and goes on from whatever reaches a branch of `agent/core/codes` or of biip that
nothing has reached yet. An input that breaks a law, or takes longer than a second, is printed as it would stand in an
example test.
"""

from __future__ import annotations

import argparse
import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

LONGEST: Final = 512
"""Bytes of an input. Codes of a label have a hundred."""
_DONE: Final = re.compile(r"#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)/")


def main() -> int:
    """Run the fuzzer and say what it did."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--seconds", type=int, default=600, help="how long")
    said.add_argument("--seed", type=int, default=secrets.randbelow(2**31 - 1) + 1, help="for the same dice again")
    said.add_argument("--inside", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    chosen = said.parse_args()
    if chosen.inside is not None:
        _fuzz(chosen.inside)
        return 0
    print(f"seed {chosen.seed}, {chosen.seconds} s", flush=True)  # noqa: T201
    with tempfile.TemporaryDirectory() as corpus:
        return _supervise(Path(corpus), chosen.seconds, chosen.seed)


def _supervise(corpus: Path, seconds: int, seed: int) -> int:
    from tests.core.gs1_vectors import SEEDS  # noqa: PLC0415 - inside, what this imports is instrumented first

    found = corpus / "found-"
    seeds = corpus / "seeds"
    seeds.mkdir()
    for number, text in enumerate(SEEDS):
        (seeds / str(number)).write_bytes(text.encode("latin-1", "replace"))
    options = [f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={LONGEST}", "-timeout=1"]
    options += [f"-artifact_prefix={found}", "-use_value_profile=1"]
    command = [sys.executable, "-m", "tests.soak.fuzz_codes", "--inside", str(seeds), *options]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    for artifact in corpus.glob("found-*"):
        print(f"{artifact.name.removeprefix('found-')}: {artifact.read_bytes().decode('latin-1')!r}")  # noqa: T201
    done = _DONE.search(run.stderr)
    if run.returncode != 0 or done is None:
        print(run.stderr[-4000:], file=sys.stderr)  # noqa: T201
        return 1
    executions, branches, features, inputs = done.groups()
    print(f"{executions} codes read, no law broken; {branches} branches, {features} features, {inputs} inputs kept")  # noqa: T201
    return 0


def _fuzz(arguments: list[str]) -> None:
    import atheris  # noqa: PLC0415 - not on every machine

    with atheris.instrument_imports(include=["agent.core.codes", "biip"]):
        import biip.gs1_digital_link_uris  # noqa: PLC0415
        import biip.gs1_messages  # noqa: F401, PLC0415

        from tests.core.code_laws import check  # noqa: PLC0415

    def one(data: bytes) -> None:
        check(data.decode("latin-1"))

    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


if __name__ == "__main__":
    raise SystemExit(main())
