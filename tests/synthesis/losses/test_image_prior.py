import pytest
import torch

from ccsi.synthesis.losses.image_prior import intensity, total_variation


def test_total_variation_equals_a_hand_computation() -> None:
    # [[0, 3], [0, 0]]: along rows (3, 0) -> 3; along columns (0, -3) -> 3;
    # diagonals: x[1,1] - x[0,0] = 0 and x[1,0] - x[0,1] = -3 -> 3. Sum 9.
    image = torch.tensor([[[[0.0, 3.0], [0.0, 0.0]]]])
    assert total_variation(image).item() == pytest.approx(9.0)


def test_intensity_is_the_euclidean_norm_of_each_image() -> None:
    image = torch.zeros(2, 1, 2, 2)
    image[1, 0, 0] = torch.tensor([3.0, 4.0])
    assert intensity(image).tolist() == pytest.approx([0.0, 5.0])


def test_flat_and_black_images_have_finite_gradients() -> None:
    images = torch.zeros(2, 1, 4, 4, requires_grad=True)
    (total_variation(images) + intensity(images)).sum().backward()
    assert torch.isfinite(images.grad).all()


def test_an_images_value_does_not_depend_on_its_company() -> None:
    images = torch.rand(5, 3, 6, 6)
    torch.testing.assert_close(total_variation(images)[3], total_variation(images[3:4])[0])
