import pytest
import torch
import torch.nn.functional as F

from ccsi.execution.images import ImageSet
from ccsi.frame.errors import ParameterError
from ccsi.models.feature_map_params import DictionaryParams
from ccsi.statistics.dictionary import learned_dictionary, spherical_k_means
from tests.toy_networks import generator, images

PARAMS = DictionaryParams(atoms=5, patch=3, threshold=0.5)


def test_k_means_finds_directions_whatever_their_sign() -> None:
    directions = torch.eye(3)
    signs = torch.randint(2, (300, 1), generator=generator()) * 2.0 - 1
    noise = 0.05 * torch.randn(300, 3, generator=generator(1))
    points = signs * directions[torch.arange(300) % 3] * 2 + noise
    found = spherical_k_means(points, 3, generator=generator(4))
    torch.testing.assert_close(found.norm(dim=1), torch.ones(3))
    torch.testing.assert_close((found @ directions).abs().amax(0), torch.ones(3), atol=0.01, rtol=0)


def test_atoms_are_unit_vectors_even_of_identical_points() -> None:
    found = spherical_k_means(torch.ones(6, 4), 3, generator=generator())
    torch.testing.assert_close(found.norm(dim=1), torch.ones(3))


def test_the_dictionary_is_the_generators_own_and_no_label_matters() -> None:
    pixels, labels = images(40)
    one = learned_dictionary(ImageSet(pixels, labels), PARAMS, generator=generator())
    other = learned_dictionary(ImageSet(pixels, labels.flip(0)), PARAMS, generator=generator())
    assert one.weight.shape == (5, 1, 3, 3)
    assert torch.equal(one.weight, other.weight)
    assert torch.equal(one.bias, other.bias)
    third = learned_dictionary(ImageSet(pixels, labels), PARAMS, generator=generator(1))
    assert not torch.equal(one.weight, third.weight)


def test_responses_over_the_images_it_was_learned_from_are_centred_and_not_constant() -> None:
    """Whitened patches of mean 0 against unit vectors."""
    pixels, labels = images(400)
    params = PARAMS.model_copy(update={"threshold": 0.0})
    made = learned_dictionary(ImageSet(pixels, labels), params, generator=generator())
    above, below = made.stages(pixels.float() / 255)
    response = (above - below).transpose(0, 1).flatten(1)
    assert (response.mean(1).abs() < 0.1).all()
    assert ((response.std(1) > 0.5) & (response.std(1) < 1.5)).all()
    assert (F.cosine_similarity(above.flatten(1), below.flatten(1)) == 0).all()


def test_images_smaller_than_a_patch_are_refused() -> None:
    params = PARAMS.model_copy(update={"patch": 9})
    with pytest.raises(ParameterError, match=r"dictionary\.patch = 9: images of 8x8 pixels"):
        learned_dictionary(ImageSet(*images(4)), params, generator=generator())
