import torch

from ccsi.execution.images import ImageSet
from ccsi.training.blending import mean_images, mixed, transplanted


def test_mean_images_are_those_of_each_class_alone() -> None:
    pixels = torch.tensor([0, 100, 255], dtype=torch.uint8).reshape(3, 1, 1, 1)
    means = mean_images(ImageSet(pixels, torch.tensor([4, 4, 6])))
    assert {key: round(float(mean) * 255, 3) for key, mean in means.items()} == {4: 50.0, 6: 255.0}


def test_a_transplant_adds_its_share_and_stays_an_image() -> None:
    impression = torch.tensor([0.5, 0.9]).reshape(2, 1, 1, 1)
    deviation = torch.tensor([-0.2, 0.4]).reshape(2, 1, 1, 1)
    out = transplanted(impression, deviation, share=0.5).flatten()
    torch.testing.assert_close(out, torch.tensor([0.4, 1.0]))
    assert torch.equal(transplanted(impression, deviation, share=0.0), impression)


def test_transplanted_classes_have_the_donors_variance_around_their_own_mean() -> None:
    donors = torch.tensor([-0.1, 0.1]).reshape(2, 1, 1, 1)
    out = transplanted(torch.full((2, 1, 1, 1), 0.4), donors, share=1.0)
    torch.testing.assert_close(out.mean(), torch.tensor(0.4))
    torch.testing.assert_close(out.var(), donors.var())


def test_mixed_images_lie_between_by_their_share() -> None:
    own, other = torch.zeros(3, 1, 1, 1), torch.ones(3, 1, 1, 1)
    out = mixed(own, other, torch.tensor([0.0, 0.25, 0.5])).flatten()
    torch.testing.assert_close(out, torch.tensor([0.0, 0.25, 0.5]))
