"""The charts, the figure, the command and the cost of a comparison."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ccsi.comparison import figures
from ccsi.comparison.axes import logarithmic, shares
from ccsi.comparison.charts import after_each_task, comparison_charts, points
from ccsi.comparison.circumstances import circumstances
from ccsi.comparison.comparison import Comparison, compare
from ccsi.comparison.figures import MANY, write_figure
from ccsi.comparison.measures import KEPT
from ccsi.comparison.page import comparison_page
from ccsi.comparison.report import COLUMNS, cost_table, csv_rows, markdown, table
from ccsi.comparison.reproduce import group_command
from ccsi.comparison.run import Run
from tests.comparison.runs import make_run, seeds

PLOTS = Path(__file__).resolve().parents[2] / ".dvc/plots"


def test_the_tenth_task_comes_after_the_ninth() -> None:
    runs = [make_run(["dataset.classes_per_task=1"])]
    rows = after_each_task(compare(runs, baseline=None), runs[0].dataset)
    assert [row["task"] for row in rows] == [f"t{t}" for t in range(1, 11)]


def runs() -> list[Run]:
    found = seeds("method=finetune", accuracies=[0.2, 0.3, 0.4], kept={"model": 2000}, seconds=60.0)
    kept = {"model": 2000, "impressions": 3000}
    return found + seeds("method=ccsi", accuracies=[0.8, 1.0], kept=kept, seconds=180.0)


def compared() -> Comparison:
    return compare(runs(), baseline=None)


def test_points_have_accuracy_upwards_and_a_deviation_to_either_side() -> None:
    ccsi, finetune = points(compared(), "digits", KEPT)
    assert (ccsi["rev"], ccsi["x"], ccsi["y"], ccsi["n"]) == ("ccsi", 5.0, pytest.approx(0.9), 2)
    assert ccsi["y_high"] == 1.0  # a share, though 0.9 + 0.14 is more
    assert finetune["y_low"] == pytest.approx(0.2)
    assert finetune["x"] == pytest.approx(2.0)


def test_charts_say_in_words_what_they_draw() -> None:
    charts = comparison_charts(compared(), "digits")
    assert list(charts) == [
        "spread", "forgetting_accuracy", "minutes_accuracy", "kept_accuracy"
    ]  # fmt: skip
    assert "ccsi 3, 90.0 %" in charts["minutes_accuracy"].alt
    assert "finetune: t1 30.0 %" in charts["spread"].alt
    assert len(charts["spread"].rows) == 2 * 5


def test_what_was_not_measured_has_no_chart() -> None:
    found = compare([make_run(["method=finetune"])], baseline=None)
    assert list(comparison_charts(found, "digits")) == ["spread", "forgetting_accuracy"]
    assert cost_table(found, "digits")[1] == [["finetune", "-", "-"]]


def test_cost_stands_by_kind() -> None:
    headings, rows = cost_table(compared(), "digits")
    assert headings == ["group", "minutes", "kept, kB", "model", "impressions"]
    assert rows[0] == ["ccsi", "3.0", "5.0 ± 0.0", "2.0 ± 0.0", "3.0 ± 0.0"]
    assert rows[1] == ["finetune", "1.0", "2.0 ± 0.0", "2.0 ± 0.0", "-"]


def test_every_row_names_its_command() -> None:
    rows = csv_rows(compared())
    assert COLUMNS[-1] == "command"
    assert {row["command"] for row in rows if row["group"] == "ccsi"} == {
        "dvc exp run --queue -S method=ccsi -S seed=0,1"
    }
    page = markdown(compared(), measure="accuracy", title="X", command="ccsi compare")
    assert "| finetune | `dvc exp run --queue -S method=finetune -S seed=0,1,2` |" in page


def test_the_command_quotes_what_the_shell_would_take_apart() -> None:
    run = make_run(["method=ccsi", "split=[[0,1,2,3,4],[5,6,7,8,9]]", "seed=4"])
    assert group_command([run]) == (
        "dvc exp run -S method=ccsi -S 'split=[[0,1,2,3,4],[5,6,7,8,9]]' -S seed=4"
    )


def test_data_split_budget_and_commit_are_told_on_page_and_in_markdown() -> None:
    told = circumstances(compared(), "digits")
    assert told["Commit"] == "started from 0123abc"
    assert told["Images"] == "100 of the test split"
    assert told["Data"] == "digits, 16 \N{MULTIPLICATION SIGN} 16 pixels, split seed 0"
    assert told["Tasks"].startswith("5, of the classes t1: 0, 1; t2: 2, 3; ")
    # finetune makes no impressions, and the epochs are the same.
    assert told["Budget"] == (
        "all training images; 20 epochs for the first task, 9 for later; "
        "50 impressions per class, 10 iterations each"
    )
    page = comparison_page(
        compared(), title="X", command="ccsi compare", measure="accuracy", plots=PLOTS
    )
    text = markdown(compared(), measure="accuracy", title="X", command="ccsi compare")
    for name, value in told.items():
        assert f"<dt>{name}</dt><dd>{value}</dd>" in page
        assert f"- {name}: {value}" in text


def test_a_budget_has_its_name_where_it_was_typed_and_its_groups_where_they_differ() -> None:
    runs = [make_run(["budget=demo", "method=ccsi", f"update.epochs={n}"]) for n in (3, 4)]
    told = circumstances(compare(runs, baseline=None), "digits")
    budgets = {name: text for name, text in told.items() if name.startswith("Budget")}
    assert len(budgets) == 2
    for n in (3, 4):
        (text,) = [text for name, text in budgets.items() if f"update.epochs={n}" in name]
        start = f"demo: all training images; 20 epochs for the first task, {n} for later"
        assert text.startswith(start)


def test_the_figure_is_the_same_bytes_for_the_same_numbers(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        write_figure(tmp_path / name, compared(), "digits")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.width >= 1200


def test_a_long_legend_leaves_the_charts_their_height(tmp_path: Path) -> None:
    few = [make_run(["method=ccsi", f"loss.margin=0.{n}"]) for n in range(1, 4)]
    many = [make_run(["method=ccsi", f"loss.margin=0.{n}"]) for n in range(11, 11 + MANY)]
    heights = []
    for runs in (few, many):
        write_figure(tmp_path / "figure.png", compare(runs, baseline=None), "digits")
        with Image.open(tmp_path / "figure.png") as picture:
            heights.append(picture.height)
    # 14 names of 21 letters stand in 3 columns: a row more than there is room for.
    assert heights[1] - heights[0] == pytest.approx(0.19 * 150, abs=2)


def test_more_groups_than_colours_tell_apart_have_a_line_of_text_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr(figures, "save_figure", lambda path, figure: drawn.append(figure))
    accuracy = {n: n / 50 for n in range(11, 12 + MANY)}
    runs = [
        run
        for n, value in accuracy.items()
        for run in seeds("method=ccsi", f"loss.margin=0.{n}1", accuracies=[value, value])
    ]
    label = "ccsi loss.margin=0.111"
    write_figure(tmp_path / "many.png", compare(runs, baseline=label), "digits")
    axes, forgetting = drawn[0].axes
    assert axes.get_xlabel() == "accuracy after the last task"
    assert forgetting.get_xlabel() == "forgetting"
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == [f"ccsi loss.margin=0.{n}1" for n in accuracy]  # the best on top
    dots = [container.lines[0].get_xdata()[0] for container in axes.containers]
    assert dots == pytest.approx(list(accuracy.values()))
    assert not drawn[0].legends
    assert drawn[0].get_suptitle().endswith("over 2 seeds; dotted: ccsi loss.margin=0.111")
    dotted = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == ":"]
    assert dotted == [pytest.approx(0.22)]
    FigureCanvasAgg(drawn[0])
    drawn[0].canvas.draw()
    shown = [label.get_window_extent() for label in axes.get_yticklabels()]
    assert all(lower.y1 < upper.y0 for lower, upper in pairwise(shown))
    assert all(box.x0 >= 0 for box in shown)


def test_small_differences_look_small_and_have_the_decimals_they_need() -> None:
    axes = Figure().subplots()
    axes.set_xlim(0.001, 0.003)
    shares(axes)
    assert axes.get_xlim() == pytest.approx((-0.048, 0.052))
    labels = [axes.xaxis.get_major_formatter()(at) for at in axes.get_xticks()]
    assert len(set(labels)) == len(labels)
    axes.set_xlim(0.2, 0.9)
    shares(axes)
    assert axes.get_xlim() == pytest.approx((0.2, 0.9))


@pytest.mark.parametrize("highest", [400.0, 4e3, 2e5, 2e7])
def test_numbers_below_a_logarithmic_axis_do_not_overlap(highest: float) -> None:
    figure = Figure(figsize=(4.5, 3.5), dpi=150)
    axes = figure.subplots()
    FigureCanvasAgg(figure)
    logarithmic(axes, [300.0, highest])
    figure.canvas.draw()
    low, high = axes.get_xlim()
    ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    shown = [label.get_window_extent() for at, label in ticks if low <= at <= high]
    assert len(shown) > 1
    assert all(left.x1 < right.x0 for left, right in pairwise(shown))


def test_a_figure_of_unknown_cost_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr(figures, "save_figure", lambda path, figure: drawn.append(figure))
    found = compare([make_run(["method=finetune"])], baseline=None)
    write_figure(tmp_path / "alone.png", found, "digits")
    told = [[text.get_text() for text in axes.texts] for axes in drawn[0].axes]
    assert told == [[], [], ["unknown"], ["unknown"]]


@pytest.mark.parametrize(
    ("measure", "told"),
    [("minutes", ["Δ, min [95 %]", "+2.0"]), ("kept_bytes", ["Δ, kB [95 %]", "+3.0"]),
     ("accuracy", ["Δ [95 %]", "+65.0 [+1.5, +128.5]"])],
)  # fmt: skip
def test_a_difference_has_the_unit_of_its_measure(measure: str, told: list[str]) -> None:
    headings, rows = table(compare(runs(), baseline="finetune"), "digits", measure=measure)
    heading, difference = told
    place = headings.index(heading)
    assert dict(zip(("ccsi", "finetune"), rows, strict=True))["ccsi"][place].startswith(difference)
