"""How the demo's processor time is split up."""

from tests.benchmarks.demo import split


def test_imports_are_taken_off_what_they_are_part_of() -> None:
    stages = {"train": [10.0], "update": [5.0, 6.0], "synthesize": [7.0], "prepare": [1.5, 1.5]}
    found = split(stages, torch_import=2.0, other_import=0.5)
    assert found["training"] == (10 - 2) + (5 - 2) + (6 - 2)
    assert found["synthesis"] == 5
    assert found["evaluation"] == 0
    assert found["imports"] == 4 * 2 + 2 * 0.5
    assert found["other"] == 2
    assert sum(found.values()) == sum(sum(values) for values in stages.values())
