import torch

from ccsi.synthesis.initialise import balanced_labels, starting_images
from tests.toy_networks import SYNTHESIS, generator


def test_every_run_of_labels_is_balanced() -> None:
    labels = balanced_labels(3, 4)
    assert torch.bincount(labels).tolist() == [4, 4, 4]
    for part in torch.split(labels, 6):
        assert torch.bincount(part, minlength=3).tolist() == [2, 2, 2]


def test_images_start_at_their_classs_mean_plus_noise_of_the_given_strength() -> None:
    means = torch.stack([torch.full((1, 8, 8), 0.3), torch.full((1, 8, 8), 0.6)])
    labels = balanced_labels(2, 50)
    start = starting_images(means, labels, SYNTHESIS, generator=generator())
    assert abs(float(start[labels == 0].mean()) - 0.3) < 0.01
    assert abs(float(start[labels == 1].std()) - 0.1) < 0.01
    exact = SYNTHESIS.model_copy(update={"start_noise": 0.0})
    torch.testing.assert_close(
        starting_images(means, labels, exact, generator=generator()), means[labels]
    )


def test_a_start_from_noise_knows_nothing_of_the_means() -> None:
    noise = SYNTHESIS.model_copy(update={"start": "noise"})
    labels = balanced_labels(2, 2)
    first = starting_images(torch.zeros(2, 1, 8, 8), labels, noise, generator=generator())
    second = starting_images(torch.ones(2, 1, 8, 8), labels, noise, generator=generator())
    assert torch.equal(first, second)
    assert 0 <= first.min() < first.max() <= 1
