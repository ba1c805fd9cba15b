"""Measure how good a run's impressions are, and what it gives away of its training images."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.audit.params import AuditParams
from ccsi.computing.torch_stage import TorchStage
from ccsi.frame.stage import StageRun

STAGE = TorchStage(
    parameters=("audit", "dataset.name", "means.noise", "method.name", "seed"),
    item="audits",
    outs=("reports/audit",),
)


def run(job: StageRun) -> None:
    """Read all that the run kept, and real images of all tasks; write numbers and pictures."""
    params, seed = job.section(AuditParams, "audit"), int(job.value("seed"))
    names = {key: str(job.value(f"{key}.name")) for key in ("dataset", "method")}
    noise = float(job.value("means.noise")) if job.item["own_means"] else None

    from ccsi.audit.record import Circumstances
    from ccsi.pipeline.audit import audit_run, save_audit
    from ccsi.pipeline.audit_figures import write_audit_figures
    from ccsi.pipeline.audit_inputs import AuditInputs
    from ccsi.seeding import numpy_generator

    inputs = AuditInputs(job.item)
    keeps = tuple(job.item["keeps"])
    audit = audit_run(
        inputs,
        Path("data/audit") / job.task,
        params,
        Circumstances(**names, seed=seed, held=inputs.held_split, keeps=keeps),
        noise=noise,
        generator_for=lambda purpose: numpy_generator(
            seed, stage="audit", task=job.task, purpose=purpose
        ),
    )
    folder = job.out("reports/audit")
    save_audit(folder, audit)
    write_audit_figures(folder, audit.record, [(p.row, p.images) for p in audit.pairs])


if __name__ == "__main__":
    STAGE.main(run)
