"""The library without the pipeline: train, synthesize, update, predict; arrays in, arrays out.

Images are uint8 [N, side, side, C], C = 1 or 3; labels are int64 [N], positions in the names of the
classes that arrive together. See docs/library.md.
"""

from ccsi.api.learning import synthesize, train, update
from ccsi.api.model import Images, Labels, Model, load, predict, save
from ccsi.api.settings import Settings, read_settings

__all__ = [
    "Images",
    "Labels",
    "Model",
    "Settings",
    "load",
    "predict",
    "read_settings",
    "save",
    "synthesize",
    "train",
    "update",
]
