import torch

from ccsi.synthesis.jitter import random_view, shifted
from tests.toy_networks import generator


def test_a_shift_moves_and_fills_with_zero_and_never_wraps() -> None:
    image = torch.arange(1.0, 10).reshape(1, 1, 3, 3)
    expected = torch.tensor([[0.0, 0, 0], [0, 1, 2], [0, 4, 5]])
    assert torch.equal(shifted(image, 1, 1)[0, 0], expected)
    back = torch.tensor([[2.0, 3, 0], [5, 6, 0], [8, 9, 0]])
    assert torch.equal(shifted(image, 0, -1)[0, 0], back)


def test_gradients_reach_the_pixels_that_stay_in_view() -> None:
    image = torch.rand(1, 1, 4, 4, requires_grad=True)
    shifted(image, 2, 0).sum().backward()
    assert image.grad[0, 0, :2].eq(1).all()
    assert image.grad[0, 0, 2:].eq(0).all()


def test_views_are_shifts_within_the_jitter_and_mirrors_only_where_allowed() -> None:
    image = torch.rand(1, 1, 6, 6)
    shifts = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1)]
    plain = [shifted(image, *shift) for shift in shifts]
    mirrored = [view.flip(-1) for view in plain]
    source = generator()
    seen = [random_view(image, jitter=1, flip=False, generator=source) for _ in range(40)]
    assert all(any(torch.equal(v, p) for p in plain) for v in seen)
    seen = [random_view(image, jitter=1, flip=True, generator=source) for _ in range(40)]
    assert any(any(torch.equal(v, m) for m in mirrored) for v in seen)
    assert all(any(torch.equal(v, p) for p in plain + mirrored) for v in seen)
