"""The factor against PyTorch's own functions, which copy."""

import pytest
import torch

from ccsi.statistics.factor import factor_in_place, solved, trace_of_inverse

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
    torch.testing.assert_close(matrix @ solved(factor, right), right, rtol=1e-9, atol=1e-9)
    assert trace_of_inverse(factor) == pytest.approx(float(torch.linalg.inv(matrix).trace()))
