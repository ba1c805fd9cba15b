import torch
import torch.nn.functional as F

from ccsi.models.heads import CosineLinear, Linear
from ccsi.models.imprinting import imprinted_rows
from tests.toy_networks import generator


def test_imprinted_rows_equal_a_hand_computation() -> None:
    # Class 2: unit features (1, 0) and (0, 1), mean (.5, .5), normalised (.7071, .7071).
    features = torch.tensor([[3.0, 0.0], [0.0, 5.0], [0.0, 2.0]])
    old_rows = torch.tensor([[3.0, 4.0], [0.0, 1.0]])  # norms 5 and 1, mean 3
    rows = imprinted_rows(features, torch.tensor([2, 2, 3]), [2, 3], old_rows=old_rows)
    expected = 3 * torch.tensor([[0.5**0.5, 0.5**0.5], [0.0, 1.0]])
    torch.testing.assert_close(rows, expected)


def test_imprinting_moves_only_the_new_rows() -> None:
    head = CosineLinear(4)
    head.grow(3, generator=generator())
    before = head.weight.detach().clone()
    features = torch.rand(6, 4)
    head.imprint(features, torch.tensor([2] * 6), [2])
    assert torch.equal(head.weight[:2], before[:2])
    direction = F.normalize(F.normalize(features, dim=1).mean(0), dim=0)
    torch.testing.assert_close(F.normalize(head.weight[2], dim=0), direction)


def test_cosine_logits_ignore_the_length_of_features_and_rows() -> None:
    head = CosineLinear(4, sigma=7)
    head.grow(3, generator=generator())
    features = torch.rand(5, 4)
    _, logits = head(features)
    with torch.no_grad():
        head.weight *= 3
    torch.testing.assert_close(head(features * 10)[1], logits)
    assert logits.abs().max() <= 7


def test_linear_head_is_a_linear_map_whose_scores_are_cosines() -> None:
    head = Linear(4)
    head.grow(2, generator=generator())
    features = torch.rand(5, 4)
    scores, logits = head(features)
    torch.testing.assert_close(logits, features @ head.weight.T + head.bias)
    torch.testing.assert_close(
        scores, F.cosine_similarity(features[:, None], head.weight[None], dim=2)
    )
