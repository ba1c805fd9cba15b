import pytest
import torch

from ccsi.training.augment import augment
from tests.toy_networks import generator


def test_without_symmetries_and_shift_nothing_changes() -> None:
    images = torch.rand(3, 1, 4, 4)
    assert torch.equal(
        augment(images, symmetries=(), shift=0, noise=0, generator=generator()), images
    )


@pytest.mark.parametrize(
    ("symmetry", "changed"),
    [
        ("flip_horizontal", lambda x: x.flip(-1)),
        ("flip_vertical", lambda x: x.flip(-2)),
        ("transpose", lambda x: x.transpose(-1, -2)),
    ],
)
def test_each_image_takes_a_symmetry_or_not(symmetry: str, changed: object) -> None:
    images = torch.rand(64, 1, 4, 4)
    views = augment(images, symmetries=(symmetry,), shift=0, noise=0, generator=generator())
    other = changed(images)  # type: ignore[operator]
    taken = torch.tensor([torch.equal(v, o) for v, o in zip(views, other, strict=True)])
    left = torch.tensor([torch.equal(v, i) for v, i in zip(views, images, strict=True)])
    assert (taken ^ left).all()
    assert 16 <= int(taken.sum()) <= 48


def test_shifts_stay_within_their_bound_and_fill_with_zero() -> None:
    images = torch.zeros(200, 2, 5, 5)
    images[:, :, 2, 2] = 1
    views = augment(images, symmetries=(), shift=1, noise=0, generator=generator())
    assert views.shape == images.shape
    assert torch.equal(views.sum((2, 3)), torch.ones(200, 2))
    assert torch.equal(views[:, :, 1:4, 1:4].sum((2, 3)), torch.ones(200, 2))
    assert len({tuple(v[0].nonzero()[0].tolist()) for v in views}) == 9
    assert torch.equal(views[:, 0], views[:, 1])


def test_an_undeclared_symmetry_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown symmetry 'rotate'"):
        augment(
            torch.rand(1, 1, 2, 2), symmetries=("rotate",), shift=0, noise=0, generator=generator()
        )


def test_noise_has_the_given_strength_and_no_bias() -> None:
    images = torch.full((50, 1, 8, 8), 0.5)
    views = augment(images, symmetries=(), shift=0, noise=0.1, generator=generator())
    assert abs(float(views.std()) - 0.1) < 0.01
    assert abs(float(views.mean()) - 0.5) < 0.01
