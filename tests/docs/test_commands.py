"""Every command of the guides is one that there is: names, options, parameters and values.

Nothing is run here, so this holds for those too that need the network or take hours.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import typer.main
import yaml
from dvc.cli import parse_args

from ccsi.cli import app
from ccsi.config.compose import compose_params
from ccsi.study.plan import expand
from tests.docs.guides import GUIDES, ROOT, inline_commands, shell_commands

PROGRAMS = ("ccsi", "dvc", "git", "make", "pip", "python")
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
ids = [guide.name for guide in GUIDES]


def check(command: list[str]) -> None:
    """Raises where a command cannot be."""
    program, *words = command
    assert program in PROGRAMS
    if program == "ccsi":
        check_ccsi(words)
    elif program == "dvc":
        check_dvc(words)
    elif program == "make":
        makefile = (ROOT / "Makefile").read_text()
        assert all(re.search(rf"^{word}:", makefile, re.MULTILINE) for word in words)


def check_ccsi(words: list[str]) -> None:
    commands = typer.main.get_command(app).commands
    name, *rest = words
    if not name.startswith("--"):  # `ccsi --help` and its kind are Typer's own
        assert name in commands, f"there is no command {name}"
        if rest:  # a name alone is often said of what a command does
            commands[name].make_context(name, rest)
    assert all((ROOT / word).exists() for word in words if word.startswith("studies/"))


def check_dvc(words: list[str]) -> None:
    parsed = parse_args(list(words))
    for target in getattr(parsed, "targets", None) or []:
        assert target.partition("@")[0] in STAGES, target


def choices(command: list[str]) -> list[str]:
    """What a command lays over the parameters."""
    if command[:2] == ["ccsi", "config"]:
        return [word for word in command[2:] if "=" in word and not word.startswith("-")]
    if command[:3] == ["dvc", "exp", "run"]:
        return [after for word, after in pairwise(command) if word == "-S"]
    return []


def composed(overrides: list[str]) -> bool:
    """Whether they need nothing that is the reader's own: images, a model."""
    own = ("<", "dataset=folder", "dataset=arrivals", "dataset=npz", "loss.confidence", "=dream")
    return bool(overrides) and not any(part in o for o in overrides for part in own)


@pytest.mark.parametrize("guide", GUIDES, ids=ids)
def test_every_command_is_one_that_there_is(guide: Path) -> None:
    for command in [*shell_commands(guide), *inline_commands(guide)]:
        try:
            check(command)
        except Exception as error:
            raise AssertionError(f"{guide.name}: {' '.join(command)}: {error}") from error


@pytest.mark.parametrize("guide", GUIDES, ids=ids)
def test_every_choice_can_be_composed(guide: Path) -> None:
    for command in shell_commands(guide):
        if composed(choices(command)):
            for overrides in expand(choices(command), guide):
                assert compose_params(ROOT / "conf", overrides)["tasks"], command


def test_the_check_refuses_what_there_is_not() -> None:
    for wrong in ("ccsi compar", "ccsi compare --baselin x", "dvc exp rnu", "dvc repro updates@t3",
                  "ccsi study studies/none.yaml", "make tests"):  # fmt: skip
        with pytest.raises(Exception):  # noqa: B017, PT011
            check(wrong.split())
