import torch

from ccsi.execution.images import ImageSet
from ccsi.training.sampling import RehearsalSampler, draws_per_epoch, ratio_of
from tests.toy_networks import generator, images


def sampler(ratio: float = 0.5, **options: object) -> RehearsalSampler:
    real = ImageSet(*images(40, first=2))
    old = ImageSet(*images(10, seed=1))
    return RehearsalSampler(
        real,
        old,
        replay_ratio=ratio,
        batch=8,
        symmetries=(),
        shift=0,
        noise=0,
        generator=generator(),
        **options,  # type: ignore[arg-type]
    )


def test_draws_follow_the_papers_rule() -> None:
    assert draws_per_epoch(100, 0.66) == 294  # floor(100 / 0.34)
    assert draws_per_epoch(100, 0.0) == 100
    assert draws_per_epoch(3, 0.7) == 10  # 9.999999999999998 in floating point


def test_synthetic_marks_exactly_the_images_of_old_classes() -> None:
    for batch in sampler().epoch():
        assert torch.equal(batch.synthetic, batch.labels < 2)


def test_the_share_of_impressions_is_near_the_replay_ratio() -> None:
    mask = torch.cat([batch.synthetic for _ in range(20) for batch in sampler(0.66).epoch()])
    assert 0.6 < mask.float().mean() < 0.72


def test_an_epoch_shows_every_real_image_once_where_nothing_is_rehearsed() -> None:
    real = ImageSet(
        torch.arange(21, dtype=torch.uint8).reshape(21, 1, 1, 1), torch.zeros(21).long()
    )
    plain = RehearsalSampler(
        real,
        None,
        replay_ratio=0.7,
        batch=8,
        symmetries=(),
        shift=0,
        noise=0,
        generator=generator(),
    )
    seen = torch.cat([b.images for b in plain.epoch()]).flatten().mul(255).round().int().tolist()
    assert sorted(seen) == list(range(21))
    assert plain.steps == 3


def test_a_last_batch_of_one_is_dropped() -> None:
    real = ImageSet(*images(17))
    plain = RehearsalSampler(
        real,
        None,
        replay_ratio=0.0,
        batch=8,
        symmetries=(),
        shift=0,
        noise=0,
        generator=generator(),
    )
    assert [len(batch.labels) for batch in plain.epoch()] == [8, 8]


def test_the_target_is_another_view_of_the_batchs_real_images_and_of_no_old_class() -> None:
    real = ImageSet(*images(40, first=2))
    old = ImageSet(torch.zeros(10, 1, 8, 8, dtype=torch.uint8), torch.arange(10) % 2)
    made = RehearsalSampler(
        real,
        old,
        replay_ratio=0.5,
        batch=8,
        symmetries=("flip_horizontal",),
        shift=0,
        noise=0,
        generator=generator(),
        target_generator=generator(1),
    )
    differs = False
    for batch in made.epoch():
        n_real = int((~batch.synthetic).sum())
        if not n_real:
            assert batch.target is None
            continue
        assert len(batch.target) == n_real
        # No all-black impression is among them: they are the real images, mirrored or not.
        assert batch.target.flatten(1).sum(1).min() > 0
        own = batch.images[~batch.synthetic]
        same = (batch.target == own).flatten(1).all(1)
        mirrored = (batch.target == own.flip(-1)).flatten(1).all(1)
        assert (same | mirrored).all()
        differs |= bool((~same).any())
    assert differs


def test_the_same_generator_gives_the_same_batches() -> None:
    for a, b in zip(sampler().epoch(), sampler().epoch(), strict=True):
        assert torch.equal(a.images, b.images)
        assert torch.equal(a.labels, b.labels)


def test_the_target_leaves_the_labelled_batches_as_they_are() -> None:
    for a, b in zip(sampler().epoch(), sampler(target_generator=generator(1)).epoch(), strict=True):
        assert a.target is None
        assert torch.equal(a.images, b.images)


def test_balanced_replay_draws_every_class_equally_often() -> None:
    assert ratio_of("balanced", n_old=8, n_new=2) == 0.8
    assert ratio_of(0.66, n_old=8, n_new=2) == 0.66


def test_without_blending_impressions_are_drawn_as_they_are() -> None:
    made = sampler(transplant=0.0, mixup=0.0)
    known = {tuple(row.tolist()) for row in made.rehearsed.images.flatten(1)}
    for batch in made.epoch():
        impressions = (batch.images * 255).round().to(torch.uint8).flatten(1)[batch.synthetic]
        assert len(impressions)
        assert all(tuple(row.tolist()) in known for row in impressions)


def test_transplanted_impressions_vary_and_real_images_stay() -> None:
    made = sampler(transplant=1.0)
    known = {tuple(row.tolist()) for row in made.rehearsed.images.flatten(1)}
    for batch in made.epoch():
        pixels = (batch.images * 255).round().to(torch.uint8).flatten(1)
        impressions = pixels[batch.synthetic]
        assert all(tuple(row.tolist()) not in known for row in impressions)
        real = {tuple(row.tolist()) for row in made.real.images.flatten(1)}
        assert all(tuple(row.tolist()) in real for row in pixels[~batch.synthetic])


def test_mixup_keeps_labels_and_stays_within_its_largest_share() -> None:
    real = ImageSet(torch.full((20, 1, 2, 2), 255, dtype=torch.uint8), torch.ones(20).long())
    old = ImageSet(torch.zeros(10, 1, 2, 2, dtype=torch.uint8), torch.zeros(10).long())
    made = RehearsalSampler(
        real,
        old,
        replay_ratio=0.5,
        batch=10,
        symmetries=(),
        shift=0,
        noise=0,
        generator=generator(),
        mixup=0.4,
    )
    batches = list(made.epoch())
    images = torch.cat([batch.images for batch in batches])[:, 0, 0, 0]
    synthetic = torch.cat([batch.synthetic for batch in batches])
    assert torch.equal(torch.cat([batch.labels for batch in batches]) == 0, synthetic)
    assert images[synthetic].max() <= 0.4
    assert images[synthetic].max() > 0.3
    assert images[~synthetic].min() >= 0.6
    assert images[~synthetic].min() < 0.7
