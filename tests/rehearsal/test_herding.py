import torch

from ccsi.rehearsal.herding import herd


def test_hand_worked() -> None:
    # Unit vectors at 0, 30, 60 and 120 degrees; their mean lies at about 51 degrees, length 0.79.
    angles = torch.deg2rad(torch.tensor([0.0, 30.0, 60.0, 120.0]))
    features = torch.stack([angles.cos(), angles.sin()], 1)
    # First the nearest to the mean (60). Then the pair whose mean is nearest to (0.466, 0.592):
    # with 0: (.75, .433), with 30: (.683, .683), with 120: (0, .866). At last 120 beats 0:
    # (.455, .744) against (.789, .455).
    assert herd(features, 4).tolist() == [2, 1, 3, 0]


def test_length_of_features_does_not_matter() -> None:
    features = torch.rand(12, 5, generator=torch.Generator().manual_seed(0)) + 0.1
    longer = features * torch.arange(1, 13)[:, None]
    assert torch.equal(herd(features, 6), herd(longer, 6))


def test_fewer_are_the_first_of_more_and_none_comes_twice() -> None:
    features = torch.randn(20, 4, generator=torch.Generator().manual_seed(1))
    more = herd(features, 20).tolist()
    assert herd(features, 7).tolist() == more[:7]
    assert sorted(more) == list(range(20))
    assert len(herd(features, 50)) == 20


def test_the_first_of_equals_is_chosen() -> None:
    assert herd(torch.ones(4, 3), 3).tolist() == [0, 1, 2]


def test_chosen_means_are_nearer_than_those_of_the_first_rows() -> None:
    features = torch.randn(200, 8, generator=torch.Generator().manual_seed(2))
    unit = torch.nn.functional.normalize(features, dim=1)
    mean = unit.mean(0)
    chosen, first = unit[herd(features, 10)].mean(0), unit[:10].mean(0)
    assert (chosen - mean).norm() < 0.2 * (first - mean).norm()
