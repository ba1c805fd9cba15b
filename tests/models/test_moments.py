import torch

from ccsi.models.moments import channel_affine, spatial_moments


def test_moments_and_their_gradients_equal_the_plain_equations() -> None:
    x = torch.randn(3, 4, 5, 6, dtype=torch.float64, requires_grad=True)
    mean, square = spatial_moments(x)
    torch.testing.assert_close(mean, x.mean((2, 3)))
    torch.testing.assert_close(square, x.square().mean((2, 3)))
    assert torch.autograd.gradcheck(spatial_moments, (x,))


def test_the_affine_map_and_its_gradients_equal_the_plain_equation() -> None:
    x = torch.randn(2, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    scale = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    shift = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    expected = x * scale[:, :, None, None] + shift[:, :, None, None]
    torch.testing.assert_close(channel_affine(x, scale, shift), expected)
    assert torch.autograd.gradcheck(channel_affine, (x, scale, shift))


def test_the_mean_square_of_a_blank_map_has_a_gradient_of_zero_and_no_nan() -> None:
    x = torch.zeros(1, 2, 3, 3, requires_grad=True)
    _, square = spatial_moments(x)
    square.sum().backward()
    assert torch.equal(x.grad, torch.zeros_like(x))
