"""The fenced blocks of the guides: commands, files to write, changes to files that exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(
    r"^(?P<indent> *)(?:<!-- (?P<how>not run|in small): (?P<reason>.+?) -->\n(?P=indent))?"
    r"```(?P<language>\w*)\n(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
"""Also within a list, where each line is indented as its item is."""
INLINE = re.compile(r"`((?:ccsi|dvc) [^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    reason: why its commands are not run as they stand, None where they are; in_small: whether a
    test runs them with less work and with stand-ins for what is the reader's.
    """

    language: str
    body: str
    reason: str | None
    in_small: bool

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command; comments are left out, `a && b` is two."""
        lines = self.body.replace("\\\n", " ").splitlines()
        words = [shlex.split(line, comments=True) for line in lines]
        return [command for line in words for command in split_at_and(line) if command]


def blocks(guide: Path) -> list[Block]:
    """Every fenced block, in order."""
    found = FENCE.finditer(guide.read_text())
    return [
        Block(
            m["language"],
            re.sub(rf"^{m['indent']}", "", m["body"], flags=re.MULTILINE),
            m["reason"],
            m["how"] == "in small",
        )
        for m in found
    ]


def shell_commands(guide: Path) -> list[list[str]]:
    """The commands of every ```sh block, run or not."""
    return [command for block in blocks(guide) if block.language == "sh"
            for command in block.commands]  # fmt: skip


def prose(guide: Path) -> str:
    """The text without its fenced blocks."""
    return FENCE.sub("", guide.read_text())


def inline_commands(guide: Path) -> list[list[str]]:
    """Commands of ccsi and dvc within a sentence or a table, but those with gaps to fill in."""
    spans = [span for span in INLINE.findall(prose(guide)) if not re.search(r"\.\.\.|\||<", span)]
    return [c for span in spans for c in split_at_and(shlex.split(span.replace("\\", "")))]


def write_files(guide: Path, root: Path) -> list[Path]:
    """Do what a reader does: write the files that blocks name, change those of the diffs.

    A hunk is applied wherever its lines stand.
    """
    written = []
    for block in blocks(guide):
        first, _, rest = block.body.partition("\n")
        if block.language == "diff":
            for name, old, new in changes(block.body):
                path = root / name
                text = path.read_text()
                assert old in text, f"{guide.name}: {name} has no longer:\n{old}"
                path.write_text(text.replace(old, new))
                written.append(path)
        elif re.fullmatch(r"# [\w./-]+\.(py|yaml)", first):
            path = root / first.removeprefix("# ")
            assert not path.exists(), f"{guide.name}: {path.name} is there already"
            path.write_text(rest)
            written.append(path)
    return written


def changes(diff: str) -> Iterator[tuple[str, str, str]]:
    """The hunks of a diff: the file, the text that is there, the text to be there."""
    name = ""
    for part in re.split(r"^(?=--- |@@)", diff, flags=re.MULTILINE):
        if part.startswith("--- "):
            name = part.splitlines()[1].removeprefix("+++ b/")
        elif part.startswith("@@"):
            lines = part.splitlines(keepends=True)[1:]
            old = "".join(line[1:] for line in lines if line[0] != "+")
            yield name, old, "".join(line[1:] for line in lines if line[0] != "-")


def split_at_and(words: list[str]) -> Iterator[list[str]]:
    """The commands between &&."""
    command: list[str] = []
    for word in [*words, "&&"]:
        if word == "&&":
            yield command
            command = []
        else:
            command.append(word)
