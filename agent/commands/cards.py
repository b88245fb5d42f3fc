"""`lineside cards`: sheets of command, reason and defect cards, to be printed, cut and laminated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

import typer

from agent.commands.options import DEFAULT_CONFIG, ConfigOption
from agent.configuration import load
from agent.core.directories.copies import AS_KEPT
from agent.core.directories.reasons import CodeList, Reasons
from agent.core.errors import ConfigurationError

COMMANDS: Final = "commands"
LISTS: Final[Mapping[str, tuple[str, str]]] = {
    "reasons": ("reasons", "STOP"),
    "pauses": ("interruptions", "PAUSE"),
    "defects": ("defects", "SCRAP"),
}
"""By what is printed of codes the directory that they are in, and the verb of their cards."""
MOST_PARTS = 9_999_999


def cards(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the pages; made if it is missing.")] = Path("cards"),
    what: Annotated[str, typer.Option(help="What to print, with commas between.")] = ",".join((COMMANDS, *LISTS)),
    language: Annotated[Literal["en", "ru", "kk"], typer.Option(help="Language of the words on the cards.")] = "en",
    quantities: Annotated[str, typer.Option(help="Quantities that get a card.")] = "1,2,5,10,20,50,100",
    plan: Annotated[
        Path | None, typer.Option(help="A plan, as `simulate mes` reads it, in place of what a running agent knows.")
    ] = None,
) -> None:
    """Print cards with Code 128 and QR as SVG pages; open index.html in a browser and print it.

    The texts of reasons, pauses and defects are those that the running agent has of the MES, or those of a plan.
    """
    from agent.cards import cards as made
    from agent.cards import sheets

    settings = load(config)
    prefix = settings.codes.command_prefix
    wanted, numbers = _wanted(what), _numbers(quantities)
    known = _known(wanted, settings.agent.socket, plan)
    printed = []
    if COMMANDS in wanted:
        printed += made.commands(prefix, language, numbers, pauses=not known.get("pauses"))
    for name in wanted:
        if name in known:
            usable = [made.Coded(code, text) for code, text, generic in known[name] if not generic]
            printed += made.of_codes(prefix, language, LISTS[name][1], usable)
            _say_what_is_missing(name, len(usable), [code for code, _, generic in known[name] if generic])
    _write(out, sheets.pages(printed, language), len(printed))


_Codes = list[tuple[str, Mapping[str, str], bool]]
"""Codes, their texts, and whether they need a comment, which no card can give."""


def _wanted(what: str) -> list[str]:
    names = [one.strip() for one in what.split(",")]
    for name in names:
        if name not in {COMMANDS, *LISTS}:
            raise typer.BadParameter(f"'{name}' cannot be printed; expected some of {', '.join((COMMANDS, *LISTS))}")
    return names


def _numbers(quantities: str) -> list[int]:
    numbers = [one.strip() for one in quantities.split(",") if one.strip()]
    for one in numbers:
        if not (one.isascii() and one.isdigit() and 0 < int(one) <= MOST_PARTS):
            raise typer.BadParameter(f"'{one}' is no quantity; expected whole numbers from 1 to {MOST_PARTS}")
    return [int(one) for one in numbers]


def _known(wanted: list[str], socket: Path, plan: Path | None) -> dict[str, _Codes]:
    names = [name for name in wanted if name in LISTS]
    documents = None if plan is None else _of_plan(plan)
    found = {}
    for name in names:
        directory = LISTS[name][0]
        found[name] = _codes(directory, _of_agent(socket, directory) if documents is None else documents.get(directory))
    return found


def _of_agent(socket: Path, directory: str) -> str | None:
    """The directory in force as the running agent has it."""
    from agent.commands.client import AgentAwayError, get
    from agent.core.desk.directory_views import InForceView

    try:
        answer = get(socket, f"/v1/directories/in-force?{urlencode({'name': directory})}")
    except AgentAwayError as error:
        raise AgentAwayError(f"{error}. Or give a --plan, or print --what {COMMANDS} alone") from error
    return InForceView.model_validate_json(answer).payload


def _of_plan(path: Path) -> dict[str, str]:
    """The directories that a plan hands out."""
    import orjson

    from simulators.mes.plan_file import read_plan

    try:
        read = read_plan(path)
    except (OSError, ValueError) as error:
        raise ConfigurationError(str(error)) from error
    reasons = [{**one.more, "code": one.code, "text": dict(one.text)} for one in read.reasons]
    found = {one.name: orjson.dumps(one.document).decode() for one in read.objects if one.wc_id is None}
    return found | {"reasons": orjson.dumps({"rev": read.reasons_rev, "reasons": reasons}).decode()}


def _codes(directory: str, document: str | None) -> _Codes:
    if document is None:
        return []
    if directory == "reasons":
        reasons = Reasons.model_validate_json(document, context=AS_KEPT).reasons
        return [(one.code, one.text, one.generic) for one in reasons]
    codes = CodeList.model_validate_json(document, context=AS_KEPT).codes
    return [(one.code, one.text, one.generic) for one in codes]


def _say_what_is_missing(name: str, usable: int, generic: list[str]) -> None:
    if generic:
        typer.echo(f"{name}: {', '.join(generic)} left out, as a comment must be given with them", err=True)
    if not usable and not generic:
        typer.echo(f"{name}: no codes are known, so there are no cards of them", err=True)


def _write(folder: Path, pages: list[str], printed: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("cards-*.svg"):
            old.unlink()
        for number, page in enumerate(pages, 1):
            (folder / f"cards-{number}.svg").write_text(page, encoding="utf-8")
        (folder / "index.html").write_text(_index(len(pages)), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{folder}: {error.strerror or error}; expected a folder to write to") from error
    typer.echo(
        f"{printed} cards on {len(pages)} pages in {folder}. Open {folder / 'index.html'} and print it at 100 %."
    )


def _index(pages: int) -> str:
    """One document that prints all pages, each on a sheet of its own."""
    images = "\n".join(f'<img src="cards-{number}.svg" alt="page {number}">' for number in range(1, pages + 1))
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Lineside cards</title>\n<style>\n'
        "@page { size: A4; margin: 0 }\n"
        "body { margin: 0 }\n"
        "img { display: block; width: 210mm; height: 297mm; break-after: page; break-inside: avoid }\n"
        "@media screen { body { background: #777 } img { background: #fff; margin: 8mm auto } }\n"
        f"</style>\n{images}\n</html>\n"
    )
