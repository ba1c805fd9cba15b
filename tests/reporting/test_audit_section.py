"""The audit on a run's page, and its figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccsi.frame.artifacts import save_array, save_json, save_table
from ccsi.frame.errors import ArtifactError
from ccsi.pipeline.audit_figures import write_audit_figures
from ccsi.reporting.audit_results import load_audit
from tests.audit.test_record import make_record
from tests.reporting.test_report import HOSTILE, Page, write
from tests.reporting.toy_run import make_run

COLUMNS = ("task", "class_id", "class_name", "distance", "held_distance", "copy_distance")


def pairs(names: list[str]) -> list[tuple[dict[str, Any], np.ndarray]]:
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    return [
        (dict(zip(COLUMNS, (task, c, name, 0.25, 1.5, 0.1), strict=True)), images)
        for task in ("t1", "t2")
        for c, name in enumerate(names)
    ]


def write_audit(folder: Path, names: list[str], **options: Any) -> Path:
    record, shown = make_record(**options), pairs(names)
    save_json(folder / "audit.json", record)
    save_table(folder / "pairs.csv", [row for row, _ in shown], columns=COLUMNS)
    for place, (_, images) in enumerate(shown):
        save_array(folder / f"pairs/{place}.npy", images)
    write_audit_figures(folder, record, shown)
    return folder


def page_with(root: Path, names: list[str], **options: Any) -> Page:
    audit = load_audit(write_audit(root / "audit", names, **options))
    return Page(write(root, replace(make_run(), audit=audit)).page.read_text())


def test_the_page_shows_the_audit_and_links_to_its_files(tmp_path: Path) -> None:
    page = page_with(tmp_path, ["one", "two"])
    text = "".join(page.texts)
    assert "Are impressions nearer to training images" in text
    assert "they have no differential privacy" in text
    assert "one: 0.25 and 1.50" in page.texts
    written = [f"audit/{f.name}" for f in (tmp_path / "audit").iterdir() if f.is_file()]
    assert len(written) == 5  # audit.json, pairs.csv, means.png, two of pairs
    assert set(written) <= set(page.addresses)


def test_only_the_last_pairs_are_shown(tmp_path: Path) -> None:
    page = page_with(tmp_path, ["one", "two"])
    plain = Page(write(tmp_path / "plain", make_run()).page.read_text())
    assert page.tags.count("img") == plain.tags.count("img") + 2


def test_without_impressions_the_page_says_what_does_not_apply(tmp_path: Path) -> None:
    text = "".join(page_with(tmp_path, [], impressions=False).texts)
    assert "makes no impressions" in text
    assert "Are impressions nearer" not in text


def test_hostile_names_are_text(tmp_path: Path) -> None:
    page = page_with(tmp_path, HOSTILE)
    assert page.handlers == []
    assert any(text.startswith("<script>alert(1)</script>: 0.25") for text in page.texts)


def test_without_an_audit_the_page_is_silent(tmp_path: Path) -> None:
    nothing = tmp_path / "none"
    nothing.write_text("")
    assert load_audit(nothing) is None
    assert "Audit" not in "".join(Page(write(tmp_path, make_run()).page.read_text()).texts)


def test_a_damaged_audit_is_refused(tmp_path: Path) -> None:
    folder = write_audit(tmp_path / "audit", ["one"])
    (folder / "pairs/1.npy").unlink()
    with pytest.raises(ArtifactError, match=r"1\.npy"):
        load_audit(folder)


def test_figures_are_the_same_bytes_again(tmp_path: Path) -> None:
    one, two = (write_audit(tmp_path / name, ["one", "$x_2$"]) for name in ("a", "b"))
    for name in ("means.png", "pairs_t1.png", "pairs_t2.png"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
