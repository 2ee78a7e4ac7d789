"""Prompts in, masks out: the only thing the rest of the product knows of the model."""

from annotator.segment.prompt import Prompt
from annotator.segment.segmenter import (
    CancellationToken,
    Cancelled,
    DecodeBatch,
    Embedding,
    Proposal,
    Segmenter,
    load_segmenter,
)

__all__ = [
    "CancellationToken",
    "Cancelled",
    "DecodeBatch",
    "Embedding",
    "Prompt",
    "Proposal",
    "Segmenter",
    "load_segmenter",
]
