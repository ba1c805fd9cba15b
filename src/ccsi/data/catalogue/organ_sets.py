"""The three sets of organs in CT, seen from three directions (Yang et al., 2023)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ccsi.data.catalogue.entry import NONE, Entry

ORGANS = (
    "bladder",
    "femur-left",
    "femur-right",
    "heart",
    "kidney-left",
    "kidney-right",
    "liver",
    "lung-left",
    "lung-right",
    "pancreas",
    "spleen",
)

ORGAN_SETS: Mapping[str, Entry] = MappingProxyType(
    {
        "organamnist": Entry(
            class_names=ORGANS,
            channels=1,
            counts=(34561, 6491, 17778),
            licence="CC BY 4.0",
            symmetries=NONE,  # left and right organs are different classes
            paper_split=((0, 1, 2), (3, 4, 5), (6, 7, 8), (9, 10)),
            md5={
                28: "68e3f8846a6bd62f0c9bf841c0d9eacc",
                64: "2dcccc29b88e6da5a01161ef20cda288",
                128: "eeae80d0a227a8d099027e1b3cfd3b60",
                224: "50747347e05c87dd3aaf92c49f9f3170",
            },
        ),
        "organcmnist": Entry(
            class_names=ORGANS,
            channels=1,
            counts=(12975, 2392, 8216),
            licence="CC BY 4.0",
            symmetries=NONE,  # left and right organs are different classes
            paper_split=None,
            md5={
                28: "b9ceb9546e10131b32923c5bbeaea2b1",
                64: "3ce34a8724ea6f548e6db4744d03b6a9",
                128: "773c1f009daa3fe5d9a2a201b2a7ed94",
                224: "050f5e875dc056f6768abf94ec9995d1",
            },
        ),
        "organsmnist": Entry(
            class_names=ORGANS,
            channels=1,
            counts=(13932, 2452, 8827),
            licence="CC BY 4.0",
            symmetries=NONE,  # one view of the body, always the same way up and round
            paper_split=None,
            md5={
                28: "9ab87b696fb54e2a387ebe992d6ed5f1",
                64: "53a6d115339d874c25e309a994ff46d3",
                128: "ded0c5fa01a95dc4978b956f613e9b8e",
                224: "b354719e553fbbb2513d5533f52a4cb1",
            },
        ),
    }
)
