import pytest
import torch
import torch.nn.functional as F

from ccsi.models.patch_dictionary import CONTRAST, LARGEST_SIDE, PatchDictionary, averaged_down
from tests.toy_networks import generator

THRESHOLD = 0.3


def dictionary(channels: int = 2, side: int = 3, atoms: int = 4) -> PatchDictionary:
    weight = torch.randn(atoms, channels, side, side, generator=generator())
    weight -= weight.mean((1, 2, 3), keepdim=True)
    bias = torch.randn(atoms, generator=generator(1))
    return PatchDictionary(weight, bias, threshold=THRESHOLD)


def pixels(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=generator(2))


def test_a_response_is_that_of_the_patch_of_mean_0_and_variance_1() -> None:
    made, images = dictionary(), pixels(2, 2, 7, 6)
    above, below = made.stages(images)
    assert above.shape == below.shape == (2, 4, 5, 4)
    patch = images[1, :, 2:5, 1:4]
    normalised = (patch - patch.mean()) / (patch.var(unbiased=False) + CONTRAST).sqrt()
    response = (made.weight * normalised).sum((1, 2, 3)) + made.bias
    torch.testing.assert_close(above[1, :, 2, 1], F.relu(response - THRESHOLD))
    torch.testing.assert_close(below[1, :, 2, 1], F.relu(-response - THRESHOLD))


def test_brightness_changes_nothing_and_contrast_little() -> None:
    made, images = dictionary(), pixels(3, 2, 8, 8)
    for found, expected in zip(made.stages(images + 0.5), made.stages(images), strict=True):
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    for found, expected in zip(made.stages(images / 2), made.stages(images), strict=True):
        assert (found - expected).abs().mean() < 0.01 * expected.abs().mean() + 0.01


def test_a_flat_image_divides_by_no_zero() -> None:
    made = dictionary()
    above, _ = made.stages(torch.full((1, 2, 5, 5), 0.7))
    expected = F.relu(made.bias - THRESHOLD)[:, None, None].expand(4, 3, 3)
    torch.testing.assert_close(above[0], expected, atol=1e-2, rtol=0)


@pytest.mark.parametrize(("side", "expected"), [(28, 28), (40, 40), (48, 24), (64, 32), (224, 37)])
def test_large_images_are_averaged_down(side: int, expected: int) -> None:
    images = torch.rand(1, 1, side, side, generator=generator())
    small = averaged_down(images)
    assert small.shape[-1] == expected <= LARGEST_SIDE
    block = side // expected
    torch.testing.assert_close(small[0, 0, 0, 0], images[0, 0, :block, :block].mean())
