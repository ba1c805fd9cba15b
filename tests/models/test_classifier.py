import pytest
import torch

from ccsi.models.classifier import Classifier, moments_kept
from ccsi.models.norm import LayerMoments
from ccsi.models.params import ModelParams
from ccsi.models.resnet import pad_to_multiple
from tests.toy_networks import MODEL, classifier, generator, images

PAPER = MODEL.model_copy(
    update={
        "widths": (16, 32, 64),
        "blocks": (1, 1, 1),
        "strides": (1, 1, 1),
        "stem_stride": 2,
        "multiple": 16,
    }
)


def test_the_papers_network_has_about_77_thousand_parameters_and_256_features() -> None:
    network = Classifier(PAPER, channels=3, generator=generator())
    assert network.trunk.n_features == 256
    assert 76_000 < sum(p.numel() for p in network.trunk.parameters()) < 79_000


def test_padding_is_the_networks_first_step_and_centred() -> None:
    padded = pad_to_multiple(torch.ones(1, 1, 28, 28), 16)
    assert padded.shape[-2:] == (32, 32)
    assert float(padded.sum()) == 28 * 28
    assert torch.equal(padded[0, 0, 2:30, 2:30], torch.ones(28, 28))
    assert pad_to_multiple(padded, 16) is padded


@pytest.mark.parametrize("head", ["cosine", "linear"])
def test_outputs_have_their_shapes_and_ranges(head: str) -> None:
    network = classifier(MODEL.model_copy(update={"head": head}), classes=3)
    output = network(images(5)[0].float() / 255)
    assert output.features.shape == (5, network.trunk.n_features)
    assert output.logits.shape == output.scores.shape == (5, 3)
    assert output.scores.abs().max() <= 1 + 1e-6
    assert output.features.min() >= 0


def test_cosine_logits_are_sigma_times_the_scores() -> None:
    network = classifier()
    output = network(images(5)[0].float() / 255)
    torch.testing.assert_close(output.logits, network.head.sigma * output.scores)


def test_the_network_depends_on_the_generator_and_not_on_global_state() -> None:
    torch.manual_seed(1)
    first = Classifier(MODEL, channels=1, generator=generator(5)).state_dict()
    torch.manual_seed(2)
    again = Classifier(MODEL, channels=1, generator=generator(5)).state_dict()
    other = Classifier(MODEL, channels=1, generator=generator(6)).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["trunk.stem.weight"], other["trunk.stem.weight"])


def test_adding_a_task_keeps_the_old_rows_and_appends_ids() -> None:
    network = classifier(classes=2)
    before = network.head.weight.clone()
    network.add_task("t2", ["new"], generator=generator())
    assert torch.equal(network.head.weight[:2], before)
    assert network.tasks == {"t1": (0, 1), "t2": (2,)}
    assert network.class_names == ("class 0", "class 1", "new")


def test_moments_come_in_the_order_of_the_layers() -> None:
    network = classifier()
    moments: list[LayerMoments] = []
    network(images(4)[0].float() / 255, moments)
    widths = [norm.channels for norm in network.norms()]
    assert [len(layer.batch_mean) for layer in moments] == widths
    hooked: list[int] = []
    for norm in network.norms():
        norm.register_forward_hook(lambda module, *_: hooked.append(id(module)))
    network(images(4)[0].float() / 255)
    assert hooked == [id(norm) for norm in network.norms()]


def test_no_running_moment_moves_where_moments_are_kept() -> None:
    network = classifier().train()
    before = [norm.running_mean.clone() for norm in network.norms()]
    with moments_kept(network):
        network(torch.rand(4, 1, 8, 8))
    kept = [norm.running_mean.clone() for norm in network.norms()]
    network(torch.rand(4, 1, 8, 8))
    assert all(torch.equal(a, b) for a, b in zip(before, kept, strict=True))
    assert not torch.equal(kept[0], network.norms()[0].running_mean)


def test_a_deeper_variant_takes_larger_images() -> None:
    deep = ModelParams(
        **{
            **MODEL.model_dump(),
            "widths": (8, 16, 24, 32),
            "blocks": (2, 2, 2, 2),
            "strides": (1, 2, 2, 2),
            "stem_stride": 2,
            "multiple": 32,
        }
    )
    network = Classifier(deep, channels=3, generator=generator())
    network.add_task("t1", ["a", "b"], generator=generator())
    assert network(torch.rand(2, 3, 70, 70)).logits.shape == (2, 2)
