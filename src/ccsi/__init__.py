"""CCSI: data-free class-incremental learning of medical images with class-specific impressions."""

__version__ = "0.1.0"
