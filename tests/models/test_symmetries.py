import pytest
import torch

from ccsi.models.symmetries import composed, generated_group, transformed

FLIPS = ("flip_horizontal", "flip_vertical")


@pytest.mark.parametrize(
    ("symmetries", "count"),
    [
        ((), 1),
        (FLIPS[:1], 2),
        (("transpose",), 2),
        (FLIPS, 4),
        ((FLIPS[0], "transpose"), 8),
        ((*FLIPS, "transpose"), 8),
    ],
)
def test_the_group_is_closed_and_has_no_element_twice(
    symmetries: tuple[str, ...], count: int
) -> None:
    group = generated_group(symmetries)
    image = torch.arange(9.0).view(1, 1, 3, 3)
    seen = {tuple(composed(image, element).flatten().tolist()) for element in group}
    assert len(group) == len(seen) == count
    assert group[0] == ()
    for element in group:
        for symmetry in symmetries:
            turned = transformed(composed(image, element), symmetry)
            assert tuple(turned.flatten().tolist()) in seen


def test_a_quarter_turn_is_among_all_eight() -> None:
    image = torch.rand(2, 3, 5, 5)
    quarter = torch.rot90(image, 1, (-2, -1))
    copies = [composed(image, element) for element in generated_group((*FLIPS, "transpose"))]
    assert any(torch.equal(copy, quarter) for copy in copies)


def test_an_unknown_symmetry_is_named() -> None:
    with pytest.raises(ValueError, match="unknown symmetry 'turn'"):
        generated_group(("turn",))
