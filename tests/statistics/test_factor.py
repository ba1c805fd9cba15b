"""The factor against PyTorch's own functions, which copy."""

import pytest
import torch

from ccsi.statistics.factor import factor_in_place, solved, trace_of_inverse
from tests.memory import peak_growth

GENERATOR = torch.Generator().manual_seed(0)


def positive_definite(width: int) -> torch.Tensor:
    drawn = torch.randn(2 * width, width, generator=GENERATOR, dtype=torch.float64)
    return drawn.T @ drawn


@pytest.mark.parametrize("width", [1, 7, 40])
def test_it_is_choleskys_in_the_matrixs_own_memory(width: int) -> None:
    matrix = positive_definite(width)
    symmetric = (matrix + matrix.T) / 2
    expected = torch.linalg.cholesky(symmetric)
    factor = factor_in_place(symmetric)
    assert factor.data_ptr() == symmetric.data_ptr()
    torch.testing.assert_close(factor, expected, rtol=1e-12, atol=1e-12)


def test_a_matrix_that_is_not_positive_definite_is_refused() -> None:
    with pytest.raises(torch.linalg.LinAlgError):
        factor_in_place(-torch.eye(3, dtype=torch.float64))


@pytest.mark.parametrize("width", [1, 7, 300])
def test_solutions_and_the_trace_of_the_inverse(width: int) -> None:
    matrix = positive_definite(width)
    right = torch.randn(width, 3, generator=GENERATOR, dtype=torch.float64)
    factor = factor_in_place(matrix.clone())
    place = factor.data_ptr()
    torch.testing.assert_close(matrix @ solved(factor, right), right, rtol=1e-9, atol=1e-9)
    assert trace_of_inverse(factor) == pytest.approx(float(torch.linalg.inv(matrix).trace()))
    assert factor.data_ptr() == place
    torch.testing.assert_close(factor, torch.linalg.inv(matrix), rtol=1e-6, atol=1e-9)


def test_no_step_copies_the_matrix() -> None:
    """1,600 features take 20 MB; LAPACK's own blocks and the threads' take a few."""
    matrix = positive_definite(1600)
    right = torch.ones(1600, 2, dtype=torch.float64)
    whole = matrix.nbytes

    def solve() -> None:
        factor = factor_in_place(matrix)
        solved(factor, right)
        trace_of_inverse(factor)

    factor_in_place(positive_definite(400))  # the libraries' own memory
    assert peak_growth(solve) < whole / 2
