"""The single-label 2-D MedMNIST sets (Yang et al., Scientific Data 10:41, 2023).

Names, counts, licences and MD5 sums are those of the medmnist package (3.0.2), copied so that
nothing has to import it; a test compares them. Symmetries are judged by anatomy, and the paper's
splits are those of CCSI.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from ccsi.data.catalogue.entry import NONE, TURNS, Entry
from ccsi.data.catalogue.organ_sets import ORGAN_SETS
from ccsi.frame.errors import DataError

SIDES = (28, 64, 128, 224)
URL = "https://zenodo.org/records/10519652/files/{file}?download=1"


def entry(name: str) -> Entry:
    """The set of that name. Raises DataError, with the reason, where it cannot be used."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    if name == "chestmnist":
        raise DataError(
            "chestmnist has several labels per image; classes of a task must exclude each other"
        )
    if name.endswith("3d"):
        raise DataError(f"{name} holds volumes; only 2-D images are handled")
    near = difflib.get_close_matches(name, CATALOGUE, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(CATALOGUE)}"
    raise DataError(f"dataset.name = {name!r} is no MedMNIST set; {hint}")


def file_name(name: str, side: int) -> str:
    """The set's file at that side: bloodmnist.npz (28 pixels), bloodmnist_64.npz."""
    if side not in SIDES:
        raise DataError(f"dataset.side = {side}: MedMNIST has {', '.join(map(str, SIDES))} pixels")
    entry(name)
    return f"{name}.npz" if side == 28 else f"{name}_{side}.npz"


CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {
        "pathmnist": Entry(
            class_names=(
                "adipose",
                "background",
                "debris",
                "lymphocytes",
                "mucus",
                "smooth muscle",
                "normal colon mucosa",
                "cancer-associated stroma",
                "colorectal adenocarcinoma epithelium",
            ),
            channels=3,
            counts=(89996, 10004, 7180),
            licence="CC BY 4.0",
            symmetries=TURNS,  # tissue on a slide has no up or down
            paper_split=((0, 1, 2), (3, 4), (5, 6), (7, 8)),
            md5={
                28: "a8b06965200029087d5bd730944a56c1",
                64: "55aa9c1e0525abe5a6b9d8343a507616",
                128: "ac42d08fb904d92c244187169d1fd1d9",
                224: "2c51a510bcdc9cf8ddb2af93af1eadec",
            },
        ),
        "dermamnist": Entry(
            class_names=(
                "actinic keratoses and intraepithelial carcinoma",
                "basal cell carcinoma",
                "benign keratosis-like lesions",
                "dermatofibroma",
                "melanoma",
                "melanocytic nevi",
                "vascular lesions",
            ),
            channels=3,
            counts=(7007, 1003, 2005),
            licence="CC BY-NC 4.0",
            symmetries=TURNS,  # a dermatoscope may be held at any angle
            paper_split=None,
            md5={
                28: "0744692d530f8e62ec473284d019b0c7",
                64: "b70a2f5635c6199aeaa28c31d7202e1f",
                128: "2defd784463fa5243564e855ed717de1",
                224: "8974907d8e169bef5f5b96bc506ae45d",
            },
        ),
        "octmnist": Entry(
            class_names=(
                "choroidal neovascularization",
                "diabetic macular edema",
                "drusen",
                "normal",
            ),
            channels=1,
            counts=(97477, 10832, 1000),
            licence="CC BY 4.0",
            symmetries=(
                "flip_horizontal",
            ),  # layers lie above one another; left and right eyes mirror each other
            paper_split=None,
            md5={
                28: "c68d92d5b585d8d81f7112f81e2d0842",
                64: "e229e9440236b774d9f0dfef9d07bdaf",
                128: "0a97e76651ace45c5d943ee3f65b63ae",
                224: "abc493b6d529d5de7569faaef2773ba3",
            },
        ),
        "pneumoniamnist": Entry(
            class_names=(
                "normal",
                "pneumonia",
            ),
            channels=1,
            counts=(4708, 524, 624),
            licence="CC BY 4.0",
            symmetries=NONE,  # the heart lies on the left
            paper_split=None,
            md5={
                28: "28209eda62fecd6e6a2d98b1501bb15f",
                64: "8f4eceb4ccffa70c672198ea285246c6",
                128: "05b46931834c231683c68f40c47b2971",
                224: "d6a3c71de1b945ea11211b03746c1fe1",
            },
        ),
        "retinamnist": Entry(
            class_names=(
                "0",
                "1",
                "2",
                "3",
                "4",
            ),
            channels=3,
            counts=(1080, 120, 400),
            licence="CC BY 4.0",
            symmetries=("flip_horizontal",),  # left and right eyes mirror each other; up stays up
            paper_split=None,
            md5={
                28: "bd4c0672f1bba3e3a89f0e4e876791e4",
                64: "afda852cc34dcda56f86ad2b2457dbcc",
                128: "e48e916a24454daf90583d4e6efb1a18",
                224: "eae7e3b6f3fcbda4ae613ebdcbe35348",
            },
        ),
        "breastmnist": Entry(
            class_names=(
                "malignant",
                "normal, benign",
            ),
            channels=1,
            counts=(546, 78, 156),
            licence="CC BY 4.0",
            symmetries=("flip_horizontal",),  # depth runs downwards; either side may be the left
            paper_split=None,
            md5={
                28: "750601b1f35ba3300ea97c75c52ff8f6",
                64: "742edef2a1fd1524b2efff4bd7ba9364",
                128: "363e4b3f8d712e9b5de15470a2aaadf1",
                224: "b56378a6eefa9fed602bb16d192d4c8b",
            },
        ),
        "bloodmnist": Entry(
            class_names=(
                "basophil",
                "eosinophil",
                "erythroblast",
                "immature granulocytes(myelocytes, metamyelocytes and promyelocytes)",
                "lymphocyte",
                "monocyte",
                "neutrophil",
                "platelet",
            ),
            channels=3,
            counts=(11959, 1712, 3421),
            licence="CC BY 4.0",
            symmetries=TURNS,  # a cell on a smear has no up or down
            paper_split=((0, 1), (2, 3), (4, 5), (6, 7)),
            md5={
                28: "7053d0359d879ad8a5505303e11de1dc",
                64: "2b94928a2ae4916078ca51e05b6b800b",
                128: "adace1e0ed228fccda1f39692059dd4c",
                224: "b718ff6835fcbdb22ba9eacccd7b2601",
            },
        ),
        "tissuemnist": Entry(
            class_names=(
                "Collecting Duct, Connecting Tubule",
                "Distal Convoluted Tubule",
                "Glomerular endothelial cells",
                "Interstitial endothelial cells",
                "Leukocytes",
                "Podocytes",
                "Proximal Tubule Segments",
                "Thick Ascending Limb",
            ),
            channels=1,
            counts=(165466, 23640, 47280),
            licence="CC BY 4.0",
            symmetries=TURNS,  # a cell in a section has no up or down
            paper_split=((0, 1), (2, 3), (4, 5), (6, 7)),
            md5={
                28: "ebe78ee8b05294063de985d821c1c34b",
                64: "123ece2eba09d0aa5d698fda57103344",
                128: "61b955355d7425a89687b06cca3ce0c2",
                224: "b077128c4a949f0a4eb01517f9037b9c",
            },
        ),
        **ORGAN_SETS,
    }
)
