"""Every command of the guides is one that there is: names, options, parameters and values.

Nothing is run here, so this holds for those too that need the network or take hours.
"""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
import typer.main
import yaml
from dvc.cli import parse_args

from ccsi.cli import app
from ccsi.comparison.run import look_up
from ccsi.config.compose import compose_params
from ccsi.config.overrides import MISSING
from ccsi.frame.errors import CcsiError
from ccsi.study.plan import expand
from tests.docs.guides import GUIDES, ROOT, blocks, inline_commands, prose, shell_commands

PROGRAMS = ("ccsi", "dvc", "git", "make", "pip", "python", "cp", "echo", "mkdir", "mv", "rm")
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
SECTIONS = "loss|synthesis|train|update|model|means|evaluate|audit|trainer"
SUFFIXES = ("safetensors", "onnx", "csv", "json", "npy", "png")
RUN_ELSEWHERE = (
    ".ci/run does",
    "tests/pipeline/test_verify.py and tests/benchmarks run what these call",
)
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
def test_no_command_stands_outside_a_fence_where_nobody_would_run_it(guide: Path) -> None:
    """Markdown takes four spaces for code too."""
    assert (
        re.findall(rf"^[ \t]+(?:\$ )?(?:{'|'.join(PROGRAMS)}) .*", prose(guide), re.MULTILINE) == []
    )


def test_a_block_within_a_list_is_found_with_its_mark(tmp_path: Path) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text(
        "1. First:\n\n   <!-- not run: needs the network -->\n   ```sh\n   dvc pull\n   ```\n"
        "2. Then:\n\n   ```sh\n   ccsi config \\\n       seed=1\n   ```\n\n```sh\ndvc repro\n```\n"
    )
    first, second, third = blocks(guide)
    assert (first.commands, first.reason) == ([["dvc", "pull"]], "needs the network")
    assert (second.commands, second.reason) == ([["ccsi", "config", "seed=1"]], None)
    assert third.commands == [["dvc", "repro"]]
    assert "dvc" not in prose(guide)


@pytest.mark.parametrize("guide", GUIDES, ids=ids)
def test_every_choice_can_be_composed(guide: Path) -> None:
    for command in shell_commands(guide):
        if composed(choices(command)):
            for overrides in expand(choices(command), guide):
                assert compose_params(ROOT / "conf", overrides)["tasks"], command


@pytest.mark.parametrize("guide", GUIDES, ids=ids)
def test_what_a_console_shows_refused_is_refused_in_these_words(guide: Path) -> None:
    for block in blocks(guide):
        lines = block.body.splitlines() if block.language == "console" else []
        for typed, answer in zip(lines[::2], lines[1::2], strict=True):
            chosen = choices(shlex.split(typed.removeprefix("$ ")))
            with pytest.raises(CcsiError) as caught:
                compose_params(ROOT / "conf", chosen)
            assert answer == f"ERROR: {caught.value}"


@pytest.mark.parametrize("guide", GUIDES, ids=ids)
def test_links_lead_somewhere(guide: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose(guide))
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not (guide.parent / link).exists()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=ids)
def test_files_and_parameters_that_are_named_are_there(guide: Path) -> None:
    """Or the guide's own example makes them."""
    made = " ".join(block.body for block in blocks(guide))
    paths = re.findall(r"`((?:src|stages|tests|conf|studies)/[\w./-]+)`", prose(guide))
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert [path for path in missing if Path(path).stem not in made] == []
    params = compose_params(ROOT / "conf")
    keys = re.findall(rf"`((?:{SECTIONS})\.[a-z_0-9.]+)(?:=[^`]*)?`", prose(guide))
    unknown = [key for key in keys if look_up(params, key) is MISSING]
    assert [k for k in unknown if k.rpartition(".")[2] not in (*SUFFIXES, *made.split())] == []


@pytest.mark.parametrize("guide", GUIDES, ids=ids)
def test_only_commands_that_need_the_network_are_not_run(guide: Path) -> None:
    """Or that .ci/run runs itself, or other tests in parts; those between machines are apart."""
    reasons = {b.reason for b in blocks(guide) if b.reason is not None and not b.in_small}
    if guide.name != "gpu.md":
        assert [r for r in reasons if "network" not in r and r not in RUN_ELSEWHERE] == []


def test_what_is_run_elsewhere_is_run_there() -> None:
    script, makefile = ((ROOT / name).read_text() for name in (".ci/run", "Makefile"))
    called = re.findall(r"-m (ccsi\.pipeline\.verify|tests\.benchmarks)\b", makefile)
    targets = {
        block.reason: [word for command in block.commands for word in command[1:]]
        for block in blocks(ROOT / "README.md")
        if block.reason in RUN_ELSEWHERE
    }
    by_ci, in_parts = (targets[reason] for reason in RUN_ELSEWHERE)
    assert all(f"make {target}\n" in script for target in by_ci)
    assert len(called) == len(in_parts)
    assert all((ROOT / path).exists() for path in re.findall(r"tests/\S+", RUN_ELSEWHERE[1]))


def test_the_check_refuses_what_there_is_not() -> None:
    for wrong in ("ccsi compar", "ccsi compare --baselin x", "dvc exp rnu", "dvc repro updates@t3",
                  "ccsi study studies/none.yaml", "make tests"):  # fmt: skip
        with pytest.raises(Exception):  # noqa: B017, PT011
            check(wrong.split())
