"""A difference that may be the processor's is told."""

from __future__ import annotations

import pytest

from ccsi.comparison.circumstances import circumstances
from ccsi.comparison.comparison import compare
from ccsi.comparison.run import Run
from tests.comparison.runs import make_run

AMD, INTEL = ("AuthenticAMD AVX512 x86_64",), ("GenuineIntel AVX512 x86_64",)


def runs(method: str, *machines: tuple[str, ...]) -> list[Run]:
    return [
        make_run([f"method={method}", f"seed={seed}"], machines=own)
        for seed, own in enumerate(machines)
    ]


def noted(*found: Run, baseline: str | None = "ccsi") -> list[str]:
    return [note for note in compare(found, baseline=baseline).notes if "processor" in note]


def test_a_group_paired_with_another_processors_run_is_named() -> None:
    found = runs("ccsi", AMD, AMD) + runs("finetune", INTEL, AMD) + runs("lwf", AMD, AMD)
    (note,) = noted(*found)
    assert note.startswith("digits: of finetune at least one run is of another kind")
    assert circumstances(compare(found, baseline="ccsi"), "digits")["Machine"] == (
        "AuthenticAMD AVX512 x86_64 (5), GenuineIntel AVX512 x86_64 (1)"
    )


@pytest.mark.parametrize(
    "found",
    [
        runs("ccsi", AMD, INTEL) + runs("finetune", AMD, INTEL),  # each pair of one processor
        runs("ccsi", AMD) + runs("finetune", AMD, INTEL),  # seed 1 is in no pair
        runs("ccsi", (), ()) + runs("finetune", AMD, INTEL),  # unknown
    ],
)
def test_pairs_of_one_or_an_unknown_processor_need_no_note(found: list[Run]) -> None:
    assert noted(*found) == []


def test_without_a_baseline_nothing_is_paired() -> None:
    assert noted(*runs("ccsi", AMD), *runs("finetune", INTEL), baseline=None) == []
