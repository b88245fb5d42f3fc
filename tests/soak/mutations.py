"""Mutants of agent/core: made by mutmut's operators, drawn by lot, the same on every run of one commit.

Left out is what no behaviour can judge: docstrings, annotations and type aliases, the sentences of errors, and outside
functions whatever is no number, no truth value and no arithmetic (names and texts are declarations there). So is
`published.py`, the wording of the schemas: tests/contract compares every letter of it with the published files.
"""

from __future__ import annotations

import ast
import difflib
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

CORE = "agent/core"
WORDING = frozenset({"contract/published.py"})
VALUES = m.Integer() | m.Float() | m.Name() | m.BinaryOperation() | m.UnaryOperation() | m.BooleanOperation()
TYPES = m.AnnAssign(annotation=m.Annotation(m.Name("TypeAlias"))) | m.If(test=m.Name("TYPE_CHECKING"))
CACHED = m.FunctionDef(
    decorators=[m.AtLeastN(n=1, matcher=m.Decorator(decorator=m.Name("cache") | m.Call(func=m.Name("lru_cache"))))]
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one file."""

    file: str
    """Path from the root, such as `agent/core/stops/stops.py`."""
    line: int
    """First line that is another one."""
    body: range
    """Lines of the function's body that it lies in; empty where what it changes is not run by the tests it concerns:
    outside functions, and where a result is kept from one test to the next."""
    diff: str
    source: str
    """The whole file as it becomes."""


class Places(MutationVisitor):
    """Where mutmut's operators apply, without what no behaviour can judge.

    mutmut itself skips most decorated functions, as it runs the mutants of a function side by side in one file. Here a
    file holds one mutant, so properties and validators take part.
    """

    def __init__(self) -> None:
        super().__init__(mutation_operators, IgnoredCode(set(), set(), set()))
        self._sentences: set[cst.CSTNode] = set()

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return False
        if isinstance(node, cst.Raise):
            self._sentences |= {text for text in _texts(node) if " " in text.value}
        return node in self._sentences or m.matches(node, TYPES) or super()._skip_node_and_children(node)


@dataclass(frozen=True, slots=True)
class Source:
    """A file and all its possible mutants."""

    file: str
    text: str
    module: cst.Module
    mutations: tuple[Mutation, ...]
    bodies: Mapping[cst.CSTNode, range]

    @classmethod
    def read(cls, root: Path, file: str) -> Source:
        """Find every mutation of a file under a root."""
        text = (root / file).read_text(encoding="utf-8")
        wrapper = MetadataWrapper(cst.parse_module(text))
        places = Places()
        wrapper.visit(places)
        spans = wrapper.resolve(PositionProvider)
        mutations = tuple(one for one in places.mutations if _is_judged(one))
        bodies: dict[cst.CSTNode, range] = {
            function: range(spans[function.body].start.line, spans[function.body].end.line + 1)
            for one in mutations
            if isinstance(function := one.contained_by_top_level_function, cst.FunctionDef)
            and not m.matches(function, CACHED)
        }
        return cls(file, text, wrapper.module, mutations, bodies)

    def draw(self, number: int, seed: int) -> list[Mutant]:
        """Draw so many mutants; those that come to the same, or to no Python, are drawn once more."""
        order = random.Random(f"{seed} {self.file}").sample(range(len(self.mutations)), len(self.mutations))
        drawn: dict[str, Mutant] = {ast.dump(ast.parse(self.text)): self._mutant(range(0), self.text)}
        for place in order:
            if len(drawn) > number:
                break
            one = self.mutations[place]
            changed = cast("cst.Module", self.module.deep_replace(one.original_node, one.mutated_node)).code
            body = self.bodies.get(cast("cst.CSTNode", one.contained_by_top_level_function), range(0))
            if (meaning := _meaning(changed)) is not None:
                drawn.setdefault(meaning, self._mutant(body, changed))
        return list(drawn.values())[1:]

    def _mutant(self, body: range, source: str) -> Mutant:
        old, new = self.text.splitlines(), source.splitlines()
        changed = [
            line for line in difflib.unified_diff(old, new, n=0, lineterm="") if line[:2] not in {"--", "++", "@@"}
        ]
        same = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(new))
        return Mutant(self.file, same + 1, body, "\n".join(changed), source)


def files(root: Path, only: Iterable[str] = ()) -> list[str]:
    """Files of the core that are mutated, in order; all of them, or those of these paths below it (`stops/stops.py`).

    Raises:
        FileNotFoundError: there is no file of such a name.
    """
    core = root / CORE
    inside = [path.relative_to(core).as_posix() for path in sorted(core.rglob("*.py"))]
    found = {name: f"{CORE}/{name}" for name in inside if name not in WORDING}
    names = list(only) or list(found)
    if missing := sorted(set(names) - set(found)):
        raise FileNotFoundError(f"no file of {CORE} that is mutated: {', '.join(missing)}")
    return [found[name] for name in names]


def shares(possible: Mapping[str, int], wanted: int) -> dict[str, int]:
    """Divide a number of mutants among files in proportion to what each has, at least one each.

    Args:
        possible: mutants that each file has.
        wanted: mutants altogether; all are taken where there are no more.

    Raises:
        ValueError: there are fewer to divide than files.
    """
    possible = {file: number for file, number in possible.items() if number}
    total = sum(possible.values())
    if wanted >= total:
        return possible
    if wanted < len(possible):
        raise ValueError(f"{wanted} mutants are too few for {len(possible)} files; expected one for each or more")
    due = {file: wanted * number / total for file, number in possible.items()}
    share = {file: max(1, int(part)) for file, part in due.items()}
    while (left := wanted - sum(share.values())) > 0:
        share[max(share, key=lambda file: due[file] - share[file])] += 1
    while left < 0:
        share[max((file for file in share if share[file] > 1), key=lambda file: share[file] - due[file])] -= 1
        left += 1
    return share


def drawn(sources: Iterable[Source], wanted: int, seed: int) -> list[Mutant]:
    """Draw mutants of several files, in an order that makes any beginning of the list a fair sample.

    Raises:
        ValueError: there are fewer to draw than files.
    """
    known = {source.file: source for source in sources}
    share = shares({file: len(source.mutations) for file, source in known.items()}, wanted)
    mutants = [mutant for file, number in share.items() for mutant in known[file].draw(number, seed)]
    random.Random(seed).shuffle(mutants)
    return mutants


def _texts(node: cst.CSTNode) -> Iterator[cst.SimpleString]:
    return (cast("cst.SimpleString", text) for text in m.findall(node, m.SimpleString()))


def _is_judged(mutation: Mutation) -> bool:
    inside = isinstance(mutation.contained_by_top_level_function, cst.FunctionDef)
    return inside or m.matches(mutation.original_node, VALUES)


def _meaning(source: str) -> str | None:
    try:
        compile(source, "mutant", "exec")
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return None
