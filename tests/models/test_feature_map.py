import pytest
import torch

from ccsi.models.feature_map import FLOOR, FeatureMap, pooled_features
from ccsi.models.feature_map_params import DictionaryParams, StatisticsParams
from ccsi.models.patch_dictionary import PatchDictionary
from ccsi.models.symmetries import composed
from tests.toy_networks import classifier, generator, images

PARAMS = StatisticsParams(
    features="stages", poolings=("mean", "max", "rms"), projections=20, symmetries=True
)
FLIPS = ("flip_horizontal", "flip_vertical")


def made(declared: tuple[str, ...] = (), **changes: object) -> FeatureMap:
    params = PARAMS.model_copy(update=changes)
    width = 72 if params.features == "stages" else 32
    feature_map = FeatureMap(params, declared)
    feature_map.set_up(torch.zeros(width), torch.ones(width), generator=generator())
    return feature_map


def pixels(count: int = 6) -> torch.Tensor:
    return images(count)[0].float() / 255


@torch.no_grad()
def test_stem_and_stages_are_pooled_side_by_side() -> None:
    trunk = classifier().trunk
    features = pooled_features(trunk, pixels(), PARAMS)
    assert features.shape == (6, 3 * 3 * 8)
    stem, first, second = trunk.stages(pixels())
    assert [m.shape[2] for m in (stem, first, second)] == [8, 8, 4]
    torch.testing.assert_close(features[:, :8], stem.mean((2, 3)))
    torch.testing.assert_close(features[:, 32:40], first.amax((2, 3)))
    torch.testing.assert_close(features[:, 64:], second.square().mean((2, 3)).sqrt())


@torch.no_grad()
def test_last_is_what_the_trained_head_reads() -> None:
    trunk = classifier().trunk
    params = PARAMS.model_copy(update={"features": "last"})
    assert torch.equal(pooled_features(trunk, pixels(), params), trunk(pixels()))


@torch.no_grad()
def test_projected_features_are_rectified_and_the_generators_own() -> None:
    trunk = classifier().trunk
    features = made()(trunk, pixels())
    assert features.shape == (6, 20)
    assert features.min() >= 0
    assert torch.equal(features, made()(trunk, pixels()))
    assert made(projections=0)(trunk, pixels()).shape == (6, 72)


@torch.no_grad()
def test_symmetric_images_have_the_same_averaged_features() -> None:
    trunk, feature_map = classifier().trunk, made(FLIPS)
    features = feature_map(trunk, pixels())
    for element in feature_map.group:
        torch.testing.assert_close(feature_map(trunk, composed(pixels(), element)), features)
    off = made(FLIPS, symmetries=False)
    assert len(off.group) == 1
    assert not torch.allclose(off(trunk, pixels().flip(-1)), off(trunk, pixels()))


def test_features_are_standardised_and_a_still_one_does_not_explode() -> None:
    feature_map = FeatureMap(PARAMS.model_copy(update={"projections": 0}), ())
    feature_map.set_up(torch.tensor([1.0, 2.0]), torch.tensor([4.0, 0.0]), generator=generator())
    found = feature_map.project(torch.tensor([[5.0, 3.0]]))
    torch.testing.assert_close(found, torch.tensor([[2.0, 1 / FLOOR]]))


def test_constant_features_divide_by_no_zero() -> None:
    feature_map = FeatureMap(PARAMS, ())
    feature_map.set_up(torch.ones(3), torch.zeros(3), generator=generator())
    assert torch.isfinite(feature_map.project(torch.rand(2, 3))).all()


@pytest.mark.parametrize("projections", [0, 20])
def test_its_record_and_buffers_make_it_again(projections: int) -> None:
    feature_map = made(FLIPS, projections=projections)
    again = FeatureMap.from_record(feature_map.record(), feature_map.state_dict())
    assert (again.params, again.group) == (feature_map.params, feature_map.group)
    assert again.width == feature_map.width
    pooled = torch.rand(3, 72)
    assert torch.equal(again.project(pooled), feature_map.project(pooled))


ATOMS = DictionaryParams(atoms=4, patch=3, threshold=0.2)


def ensemble(**changes: object) -> FeatureMap:
    """One network beside the trunk (72 features) and a dictionary (2 maps of 4, 24 features)."""
    params = PARAMS.model_copy(update={"members": 2, "dictionary": ATOMS, **changes})
    dictionary = PatchDictionary(
        torch.randn(4, 1, 3, 3, generator=generator(3)), torch.zeros(4), threshold=0.2
    )
    made = FeatureMap(params, FLIPS, members=[classifier(seed=7).trunk], dictionary=dictionary)
    made.set_up(torch.zeros(168), torch.ones(168), generator=generator())
    return made.eval().requires_grad_(False)


@torch.no_grad()
def test_members_and_dictionary_stand_beside_the_trunk() -> None:
    feature_map, trunk = ensemble(), classifier().trunk
    pooled = next(iter(feature_map.pooled_copies(trunk, pixels())))
    assert pooled.shape == (6, 168)
    assert torch.equal(pooled[:, :72], pooled_features(trunk, pixels(), PARAMS))
    second = classifier(seed=7).trunk
    assert torch.equal(pooled[:, 72:144], pooled_features(second, pixels(), PARAMS))
    assert not torch.equal(pooled[:, :72], pooled[:, 72:144])
    assert feature_map.dictionary is not None
    above, _ = feature_map.dictionary.stages(pixels())
    torch.testing.assert_close(pooled[:, 144:148], above.mean((2, 3)))


@torch.no_grad()
def test_copies_are_counted_each_or_as_their_mean() -> None:
    trunk = classifier().trunk
    each, mean = made(FLIPS), made(FLIPS, copies="mean")
    assert (each.copies, mean.copies) == (4, 1)
    counted = list(each.counted(trunk, pixels()))
    assert len(counted) == 4
    (averaged,) = mean.counted(trunk, pixels())
    torch.testing.assert_close(averaged, torch.stack(counted).mean(0))
    assert torch.equal(averaged, mean(trunk, pixels()))


@torch.no_grad()
def test_an_ensemble_is_made_again_from_its_record_and_tensors() -> None:
    feature_map, trunk = ensemble(), classifier().trunk
    again = FeatureMap.from_record(feature_map.record(), feature_map.state_dict()).eval()
    assert torch.equal(again(trunk, pixels()), feature_map(trunk, pixels()))
    lacking = {k: v for k, v in feature_map.state_dict().items() if "members.0.stem" not in k}
    with pytest.raises(RuntimeError, match=r"members\.0\.stem"):
        FeatureMap.from_record(feature_map.record(), lacking)


def test_a_record_without_the_newer_keys_is_one_network_without_a_dictionary() -> None:
    record = made(FLIPS).record()
    assert set(record["params"]) == {"features", "poolings", "projections", "symmetries"}
    again = FeatureMap.from_record(record, made(FLIPS).state_dict())
    assert (again.params.members, again.dictionary, again.copies) == (1, None, 4)
