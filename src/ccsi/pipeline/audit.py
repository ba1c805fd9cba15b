"""The audit of a run: tables, the record that sums them up, and the closest pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from ccsi.audit import kept_means, leaks, quality
from ccsi.audit.networks import Look, remembering
from ccsi.audit.params import AuditParams
from ccsi.audit.real_images import RealClass, as_vectors
from ccsi.audit.record import Circumstances, audit_record
from ccsi.class_means import ClassMeans, load_means
from ccsi.frame.artifacts import save_array, save_json, save_table
from ccsi.models.classifier import Classifier
from ccsi.pipeline.audit_inputs import AuditInputs, GeneratorFor
from ccsi.pipeline.audit_networks import REAL
from ccsi.statistics.store import STATISTICS_FILE, load_statistics

COLUMNS = {
    "fidelity": quality.FIDELITY,
    "recall": quality.RECALL,
    "forgetting": quality.PREDICTION,
    "neighbours": leaks.NEIGHBOURS,
    "membership": leaks.MEMBERSHIP,
    "means": kept_means.MEANS,
    "mean_counts": kept_means.COUNTED,
}


@dataclass
class Audit:
    """Rows by table; the closest pairs; the record of audit.json."""

    tables: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {name: [] for name in COLUMNS}
    )
    pairs: list[leaks.Pair] = field(default_factory=list)
    record: dict[str, Any] = field(default_factory=dict)


def audit_run(
    inputs: AuditInputs,
    networks: Path,
    params: AuditParams,
    circumstances: Circumstances,
    *,
    noise: float | None,
    generator_for: GeneratorFor,
) -> Audit:
    """Everything that is measured of a run. networks: the folder of the audit's own ones.

    noise: on the means; None where a model made elsewhere brought some of them.
    """
    audit, look = Audit(), remembering()
    real = inputs.real_classes(most=params.images, generator_for=generator_for)
    independent = inputs.network(networks / REAL)
    means = load_means(Path(inputs.record["means"]))
    # Matrices are small: threads of NumPy's BLAS would mostly wait for one another, which beside
    # another run takes several times as long; and their number would change the last digits.
    with threadpool_limits(limits=1, user_api="blas"):
        for task in {**inputs.record["rehearsals"], **dict.fromkeys(inputs.record["made"])}:
            _audit_task(audit, task, real, inputs, networks, params, generator_for, look)
        audit.tables["forgetting"] = quality.prediction_rows(
            audit.tables["fidelity"], audit.tables["recall"], _lost(real, inputs, look)
        )
        _audit_means(audit, real, inputs, means, params, generator_for, look)
    audit.record = audit_record(
        audit.tables,
        circumstances,
        independent_recall=_mean_recall(independent, real, look),
        privacy=kept_means.privacy_of_means(
            means.counts, pixels=means.means[0].size, noise=noise, delta=params.delta
        ),
    )
    return audit


def save_audit(folder: Path, audit: Audit) -> None:
    """Write audit.json, a CSV for each table, and the closest pairs."""
    save_json(folder / "audit.json", audit.record)
    for name, columns in COLUMNS.items():
        save_table(folder / f"{name}.csv", audit.tables[name], columns=columns)
    save_table(folder / "pairs.csv", [pair.row for pair in audit.pairs], columns=leaks.PAIRS)
    for place, pair in enumerate(audit.pairs):
        save_array(folder / f"pairs/{place}.npy", pair.images)


def _audit_task(
    audit: Audit,
    task: str,
    real: Sequence[RealClass],
    inputs: AuditInputs,
    networks: Path,
    params: AuditParams,
    generator_for: GeneratorFor,
    look: Look,
) -> None:
    model, impressions = inputs.model(task), inputs.impressions(task)
    independent = inputs.network(networks / REAL)
    known = [one for one in real if one.name in model.class_names]
    if not known:
        return
    on_impressions = inputs.network(networks / task) if impressions else None
    audit.tables["membership"] += leaks.membership_rows(
        task, known, model, impressions, independent, on_impressions, look=look
    )
    if on_impressions is None:
        return
    for features, network in (("independent", independent), ("own", model)):
        audit.tables["fidelity"] += quality.fidelity_rows(
            task,
            known,
            impressions,
            network,
            features=features,
            neighbours=params.neighbours,
            look=look,
        )
    audit.tables["recall"] += quality.recall_rows(
        task, known, impressions, independent, on_impressions, look=look
    )
    for row, pair in leaks.neighbour_rows(
        task,
        known,
        impressions,
        independent,
        most=params.images,
        resamples=params.resamples,
        generator=generator_for(f"permutations {task}"),
        look=look,
    ):
        audit.tables["neighbours"].append(row)
        audit.pairs += [] if pair is None else [pair]


def _audit_means(
    audit: Audit,
    real: Sequence[RealClass],
    inputs: AuditInputs,
    means: ClassMeans,
    params: AuditParams,
    generator_for: GeneratorFor,
    look: Look,
) -> None:
    vectors = as_vectors(means.means)
    for one in real:
        place = means.class_names.index(one.name)
        audit.tables["means"] += kept_means.kept_mean_rows(
            one,
            vectors[place],
            means.counts[place],
            as_vectors(one.members),
            as_vectors(one.held),
            of="pixels",
        )
        audit.tables["mean_counts"] += kept_means.counted_rows(
            one, draws=params.draws, generator=generator_for(f"means {one.class_id}")
        )
    folder = Path(inputs.record["statistics"])
    if not folder.is_dir():
        return
    gathered = load_statistics(folder / STATISTICS_FILE)
    model = inputs.model(inputs.record["made"][-1])
    for one in real:
        place = gathered.class_names.index(one.name)
        audit.tables["means"] += kept_means.kept_mean_rows(
            one,
            gathered.statistics.means[place].numpy(),
            means.counts[means.class_names.index(one.name)],
            look(model, one.members).features,
            look(model, one.held).features,
            of="features",
        )


def _lost(
    real: Sequence[RealClass], inputs: AuditInputs, look: Look
) -> dict[tuple[str, int], float]:
    """Recall of each class under the model behind impressions minus that under the next one."""
    lost = {}
    for task in inputs.record["rehearsals"]:
        following = f"t{int(task[1:]) + 1}"
        if following not in inputs.record["made"]:
            continue
        before, after = (
            inputs.model(task),
            inputs.network(Path(inputs.record["models"]) / following),
        )
        for one in real:
            if one.name in before.class_names:
                values = (quality.recall(m, one.name, one.held, look=look) for m in (before, after))
                lost[task, one.class_id] = next(values) - next(values)
    return lost


def _mean_recall(network: Classifier, real: Sequence[RealClass], look: Look) -> float:
    recalls = [quality.recall(network, one.name, one.held, look=look) for one in real]
    return sum(recalls) / len(recalls)
