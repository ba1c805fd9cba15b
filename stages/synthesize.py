"""Make impressions of every class a model knows, from the model and the class means alone."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.params import TrainerParams
from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.stage import StageRun
from ccsi.synthesis.params import SynthesisParams

STAGE = TorchStage(
    parameters=("synthesis", "tasks.{next}.synthesis", "dataset.symmetries", "seed"),
    item="rehearsals",
    outs=("data/impressions/{task}",),
)


def run(job: StageRun) -> None:
    """Read the model and the means, synthesise, write the impressions and their curve."""
    params = job.section(SynthesisParams, "synthesis", override="tasks.{next}.synthesis")
    flip = "flip_horizontal" in job.value("dataset.symmetries")
    seed = int(job.value("seed"))

    from ccsi.execution.checkpoint_files import open_checkpoints
    from ccsi.execution.fabric import open_devices
    from ccsi.models.store import MODEL_FILE, load_classifier
    from ccsi.pipeline.impressions import load_mean_images, save_impressions
    from ccsi.seeding import torch_generator
    from ccsi.synthesis.inversion import synthesize

    trainer = job.section(TrainerParams, "trainer")
    if params.devices is None:
        devices = open_devices(trainer)
    else:
        shared = trainer.model_copy(update={"devices": params.devices})
        devices = open_devices(shared, key="synthesis.devices")
    classifier = load_classifier(Path(job.item["model"]) / MODEL_FILE)
    means = load_mean_images(Path(job.item["means"]), classifier)
    total = params.iterations * params.impressions_per_class * classifier.n_classes
    with job.progress(total, unit="image", description=f"synthesize {job.task}") as progress:
        impressions = synthesize(
            classifier,
            means,
            params,
            flip=flip,
            generator=torch_generator(seed, stage="synthesize", task=job.task, purpose="images"),
            progress=progress,
            checkpoints=open_checkpoints(job, "model", "means"),
            devices=devices,
        )
    save_impressions(job.out("data/impressions/{task}"), impressions)


if __name__ == "__main__":
    STAGE.main(run)
