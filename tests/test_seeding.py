import torch
from hypothesis import given
from hypothesis import strategies as st

from ccsi.seeding import derive_seed, numpy_generator, torch_generator

NAMES = {"stage": "update", "task": "t2", "purpose": "batches"}


@given(st.integers(0, 2**40), st.sampled_from(list(NAMES)))
def test_every_name_matters(seed: int, key: str) -> None:
    assert derive_seed(seed, **NAMES) != derive_seed(seed, **{**NAMES, key: "other"})
    assert derive_seed(seed, **NAMES) != derive_seed(seed + 1, **NAMES)
    assert 0 <= derive_seed(seed, **NAMES) < 2**63


def test_names_do_not_run_into_each_other() -> None:
    one = derive_seed(0, stage="a", task="bc", purpose="d")
    assert one != derive_seed(0, stage="ab", task="c", purpose="d")


def test_the_seed_is_the_same_on_every_machine() -> None:
    assert derive_seed(0, **NAMES) == 2284713802758221211


def test_generators_ignore_global_state() -> None:
    torch.manual_seed(1)
    first = torch.rand(3, generator=torch_generator(0, **NAMES))
    torch.manual_seed(2)
    assert torch.equal(first, torch.rand(3, generator=torch_generator(0, **NAMES)))
    draws = [numpy_generator(0, **NAMES).random(3).tolist() for _ in range(2)]
    assert draws[0] == draws[1]
