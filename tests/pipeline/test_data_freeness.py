"""Which images each learning stage can reach, derived from dvc.yaml and dvc.lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from ccsi.methods.registry import load_method, method_names
from tests.pipeline.project import Project, Resolved

LEARNING = {"train", "member", "synthesize", "update", "gather", "fit", "calibrate"}
# What may be handed from task to task: none of it is an image of anybody.
HANDED_ON = tuple(
    f"data/{kind}/"
    for kind in ("models", "members", "means", "impressions", "statistics", "fitted")
)
IMAGES = ("data/tasks", "data/test")
Graph = Mapping[str, Resolved]


def related(one: str, other: str) -> bool:
    """Whether two paths are the same or one lies in the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def images_reached(address: str, graph: Graph) -> set[str]:
    """Outs with images that a stage can read, itself or through what it reads."""
    reached: set[str] = set()
    waiting = list(graph[address].deps)
    while waiting:
        dep = waiting.pop()
        if f"{dep}/".startswith(HANDED_ON) or dep in reached:
            continue
        reached.add(dep)
        makers = [made for made in graph.values() if any(related(dep, out) for out in made.outs)]
        reached |= {out for made in makers for out in made.outs if related(dep, out)}
        waiting += [source for made in makers for source in made.deps]
    return {path for path in reached if path.startswith(IMAGES)}


def learning_stages(addresses: Iterable[str]) -> list[str]:
    return [address for address in addresses if address.partition("@")[0] in LEARNING]


def allowed(address: str) -> set[str]:
    """Its own task's images for training; none at all where a model or statistics are enough."""
    stage, _, task = address.partition("@")
    if stage == "member":
        return {"data/tasks/t1"}
    return set() if stage in ("synthesize", "fit") else {f"data/tasks/{task}"}


def configured(project: Project, *choices: str) -> Graph:
    project.config(*choices)
    return project.resolved()


DATA_FREE = [
    *("analytic", "analytic-ensemble", "ccsi", "ccsi-local", "ci", "deepinversion"),
    *("finetune", "lwf", "slda"),
]


def test_every_method_that_claims_it_is_put_to_the_test() -> None:
    claiming = {name for name in method_names() if load_method(name).data_free}
    assert claiming == {name.replace("-", "_") for name in DATA_FREE}


@pytest.mark.parametrize("method", DATA_FREE)
def test_a_data_free_method_reaches_its_own_tasks_images_only(fresh: Project, method: str) -> None:
    graph = configured(fresh, f"method={method}")
    stages = learning_stages(graph)
    assert {"update@t3", "gather@t3"} & set(stages)
    for address in stages:
        assert (address, images_reached(address, graph)) == (address, allowed(address))


@pytest.mark.parametrize("choice", ["method=joint", "method=lucir", "update.target=validation"])
def test_what_is_not_data_free_is_seen_to_reach_more(fresh: Project, choice: str) -> None:
    """The derivation above would notice: these do reach images of other tasks."""
    graph = configured(fresh, choice)
    assert "data/tasks/t1" in images_reached("update@t3", graph)
    for address in learning_stages(graph):
        assert not any(path.startswith("data/test") for path in images_reached(address, graph))


def test_test_images_reach_the_evaluation(fresh: Project) -> None:
    assert "data/test/t1" in images_reached("evaluate@t3", fresh.resolved())
    chosen_on_val = configured(fresh, "evaluate.split=val")
    assert "data/test/t1" not in images_reached("evaluate@t3", chosen_on_val)


@pytest.mark.slow
def test_the_lock_of_a_run_says_the_same(finished: Project) -> None:
    """What DVC hashed as dependencies, not only what dvc.yaml announces."""
    lock = finished.lock()
    graph = {
        address: Resolved(
            command=str(stage["cmd"]),
            params=frozenset(),
            deps=frozenset(dep["path"] for dep in stage["deps"]),
            outs=frozenset(out["path"] for out in stage["outs"]),
        )
        for address, stage in lock.items()
    }
    stages = learning_stages(graph)
    assert stages
    for address in stages:
        assert (address, images_reached(address, graph)) == (address, allowed(address))
