"""The pages for readers, taken apart: commands, examples, tables, links and names."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Any

import typer.main

from risk_model import cli
from tests.conftest import HOUSE

PAGES = ("README.md", "docs/data_scientist.md", "docs/youth_justice_worker.md", "docs/governance_reviewer.md",
         "docs/own_data.md", "docs/json.md", "experiments/README.md", "model_cards/README.md",
         "CHANGELOG.md")  # fmt: skip
WITH_COMMANDS = tuple(page for page in PAGES if page.startswith(("README", "docs/")))


@cache
def page(name: str) -> str:
    return (HOUSE / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[tuple[str, str]]:
    """(what follows the language on the fence, content) of every fenced block of one language, in order."""
    return re.findall(rf"^```{language} ?(\S*)\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)


def commands(name: str) -> list[list[str]]:
    """Every command of a page's bash blocks, split as a shell would; comments left out."""
    text = "\n".join(content for _, content in blocks(name, "bash")).replace("\\\n", " ")
    return [words for line in text.splitlines() if (words := shlex.split(line, comments=True))]


def table(name: str, heading: str, level: str = "##") -> list[list[str]]:
    """The rows of the tables under a heading, as cells, without their heads."""
    section = page(name).split(f"\n{level} {heading}\n", 1)[1].split(f"\n{level} ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for at, row in enumerate(rows) if not is_head(rows, at)]


def is_head(rows: list[list[str]], at: int) -> bool:
    """Whether a row is a table's head, or the rule under it."""
    rule = re.compile(r"^[\s|:-]+$")
    return bool(rule.match("|".join(rows[at]))) or (at + 1 < len(rows) and bool(rule.match("|".join(rows[at + 1]))))


def quoted(text: str) -> list[str]:
    """Everything between backquotes."""
    return re.findall(r"`([^`]+)`", text)


def named_in(name: str) -> list[str]:
    """Everything between backquotes in a page's text, outside its fenced blocks."""
    return quoted(re.sub(r"^```.*?^```$", "", page(name), flags=re.MULTILINE | re.DOTALL))


@cache
def options() -> dict[str, set[str]]:
    """The options of every command, by its name; a command of a group is named with its group."""
    group: Any = typer.main.get_command(cli.app)
    every: dict[str, Any] = {}
    for name, command in group.commands.items():
        own = getattr(command, "commands", {})
        every |= {f"{name} {each}": part for each, part in own.items()} if own else {name: command}
    return {
        name: {option for parameter in command.params for option in parameter.opts} | {"--help"}
        for name, command in every.items()
    }


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*## ", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def anchors(text: str) -> Iterator[str]:
    """The names under which headings can be linked to."""
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
