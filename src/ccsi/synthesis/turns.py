"""Batches of impressions that processes make in turn, and what they make put together."""

from __future__ import annotations

import torch
from torch import Tensor

from ccsi.execution.devices import Devices
from ccsi.synthesis.initialise import starting_images
from ccsi.synthesis.jitter import draw_view
from ccsi.synthesis.params import SynthesisParams
from ccsi.synthesis.resume import Synthesis


def pass_over(run: Synthesis, labels: Tensor, means: Tensor, params: SynthesisParams) -> None:
    """Leave a batch to another process: zeros stand in for it, and the generator moves on.

    Its draws are few and cheap; made by every process they are one process's, batch by batch.
    """
    starting_images(means, labels, params, generator=run.generator)
    views = params.iterations if params.has_terms else 1
    for _ in range(views):
        draw_view(jitter=params.jitter, generator=run.generator)
    run.finished.append(torch.zeros(len(labels), *means.shape[1:], dtype=torch.uint8))
    run.curves.append([])


def gather(run: Synthesis, devices: Devices) -> None:
    """Fill in what the other processes made; afterwards all processes hold the same.

    Images and curves are added to zeros, which is exact.
    """
    if devices.processes == 1:
        return
    run.finished = [devices.summed(devices.place(images)).cpu() for images in run.finished]
    # The first batch is the first process's; others may have made none, and know no shape.
    first = run.curves[0]
    shape = torch.tensor([len(first), len(first[0])] if first else [0, 0])
    points, width = devices.summed(devices.place(shape)).tolist()
    values = torch.zeros(len(run.curves), points, width, dtype=torch.float64)
    for number, curve in enumerate(run.curves):
        if curve:
            values[number] = torch.tensor(
                [list(point.values()) for point in curve], dtype=torch.float64
            )
    values = devices.summed(devices.place(values)).cpu()
    names = next((list(curve[0]) for curve in run.curves if curve), [])
    run.curves = [
        [dict(zip(names, point, strict=False)) for point in curve] for curve in values.tolist()
    ]
