""" "Segment everything": prompts all over an image, and of what they give the masks worth proposing.

Plain grid mode is that of SAM's automatic mask generator (arXiv 2304.02643, appendix B); hierarchical mode is that of
TinySAM (arXiv 2312.13789, section 3.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from annotator.core.geometry import RunLengths
from annotator.segment.candidates import Candidate, Decoding, box_iou, candidates, surely_overlaps
from annotator.segment.crops import View, crop_views, whole_view
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.lattice import Lattice, dense, grid, is_sparse
from annotator.segment.prompt import POSITIVE, Prompt
from annotator.segment.sampling import Box, Upsampling
from annotator.segment.segmenter import CancellationToken, Embedding, Segmenter

__all__ = ["EverythingConfig", "EverythingProgress", "EverythingProposal", "segment_everything"]

# Between two batches the work can be cancelled, and other work of the same segmenter has its turn.
_PROMPTS_PER_BATCH = 16


@dataclass(frozen=True)
class EverythingProposal:
    """A mask proposed for some object or part of the image.

    mask: in the oriented image. predicted_iou: the model's estimate, about 0..1. stability: the IoU of the mask's
    versions stability_offset logits up and down, in the image's pixels. point: (x, y) of the prompt that made it,
    pixels of the image.
    """

    mask: RunLengths = field(repr=False)
    predicted_iou: float
    stability: float
    point: tuple[float, float]

    def rounded(self) -> EverythingProposal:
        """With the digits that are worth keeping in a file."""
        x, y = self.point
        return EverythingProposal(
            self.mask, round(self.predicted_iou, 4), round(self.stability, 4), (round(x, 2), round(y, 2))
        )


@dataclass(frozen=True)
class EverythingProgress:
    """How far it is. decoded, planned: prompts; in hierarchical mode the plan grows once, after the first round."""

    decoded: int
    planned: int


OnProgress = Callable[[EverythingProgress], None]
OnFound = Callable[[EverythingProposal], None]


def segment_everything(
    segmenter: Segmenter,
    embedding: Embedding,
    config: EverythingConfig,
    *,
    rgb: npt.NDArray[np.uint8] | None = None,
    on_progress: OnProgress | None = None,
    on_found: OnFound | None = None,
    cancel: CancellationToken | None = None,
) -> Iterator[EverythingProposal]:
    """The proposals for the embedding's image, highest predicted IoU first (with crops: those of smaller crops first).

    rgb: the image the embedding is of, uint8 H x W x 3; needed for crop_layers only.
    on_progress is told after every batch of prompts. on_found is shown, while decoding goes on, masks that pass the
    thresholds and look like none shown before; only what is yielded in the end is proposed.
    Raises Cancelled between batches when `cancel` is set, ValueError for crops without rgb.
    """
    frame = embedding.frame
    views = crop_views(frame.height, frame.width, layers=config.crop_layers, points_per_side=config.points_per_side)
    if views and (rgb is None or rgb.shape[:2] != (frame.height, frame.width)):
        raise ValueError("crops need the pixels of the embedding's image")
    run = _Run(segmenter, config, on_progress, on_found, cancel)
    whole = run.proposals(embedding, whole_view(frame.height, frame.width, config.points_per_side))
    return whole if rgb is None or not views else run.with_crops(whole, rgb, views)


@dataclass
class _Run:
    segmenter: Segmenter
    config: EverythingConfig
    on_progress: OnProgress | None
    on_found: OnFound | None
    cancel: CancellationToken | None
    decoded: int = 0
    planned: int = 0
    shown: list[Box] = field(default_factory=list)  # boxes, in the image, of what on_found was shown

    def with_crops(
        self, whole: Iterator[EverythingProposal], rgb: npt.NDArray[np.uint8], views: Sequence[View]
    ) -> Iterator[EverythingProposal]:
        """The proposals of the whole image and of its crops; where they overlap, those of smaller crops."""
        by_view = [(rgb.shape[0] * rgb.shape[1], list(whole))]
        for view in views:
            box = view.box
            crop = np.ascontiguousarray(rgb[box.top : box.bottom, box.left : box.right])
            embedding = self.segmenter.encode(crop, cancel=self.cancel)
            by_view.append((box.area, list(self.proposals(embedding, view))))
        kept: list[Box] = []
        for _, proposals in sorted(by_view, key=lambda area_and_proposals: area_and_proposals[0]):
            for proposal in proposals:
                box = _box(proposal.mask)
                if all(box_iou(box, other) <= self.config.nms_iou for other in kept):
                    kept.append(box)
                    yield proposal

    def proposals(self, embedding: Embedding, view: View) -> Iterator[EverythingProposal]:
        """Those of one view, highest predicted IoU first."""
        frame = embedding.frame
        upsampling = Upsampling(frame, self.segmenter.identity.logits_side)
        decoding = Decoding(frame, upsampling, embedding.mask_threshold, self.config)
        found = self._decode(embedding, decoding, view)
        kept: list[Box] = []
        for candidate in sorted(found, key=lambda candidate: -candidate.predicted_iou):
            self._check()
            if any(surely_overlaps(candidate, box, self.config.nms_iou) for box in kept):
                continue
            box = self._box_if_good(candidate, view)
            if box is not None and all(box_iou(box, other) <= self.config.nms_iou for other in kept):
                kept.append(box)
                yield _proposal(candidate, view)

    def _decode(self, embedding: Embedding, decoding: Decoding, view: View) -> list[Candidate]:
        height, width, points = embedding.frame.height, embedding.frame.width, view.points_per_side
        if not self.config.hierarchical:
            lattice = grid(points, height, width)
            return self._decode_round(embedding, decoding, view, lattice, np.ones((points, points), np.bool_))
        lattice = dense(points, height, width)
        sparse = is_sparse(points)
        found = self._decode_round(embedding, decoding, view, lattice, sparse)
        covered = np.zeros_like(sparse)
        for candidate in found:
            if candidate.cells.max() > self.config.confident_logit and self._box_if_good(candidate, view) is not None:
                covered |= candidate.confident(lattice)
        return found + self._decode_round(embedding, decoding, view, lattice, ~sparse & ~covered)

    def _decode_round(
        self, embedding: Embedding, decoding: Decoding, view: View, lattice: Lattice, chosen: npt.NDArray[np.bool_]
    ) -> list[Candidate]:
        """Decode the chosen crossings, bool (rows, columns)."""
        points = [lattice.point(int(row), int(column)) for row, column in np.argwhere(chosen)]
        self.planned += len(points)
        found: list[Candidate] = []
        for start in range(0, len(points), _PROMPTS_PER_BATCH):
            self._check()
            some = points[start : start + _PROMPTS_PER_BATCH]
            prompts = [Prompt(points=[point], labels=[POSITIVE]) for point in some]
            new = candidates(decoding, self.segmenter.decode_batch(embedding, prompts), some)
            found += new
            self.decoded += len(some)
            if self.on_progress is not None:
                self.on_progress(EverythingProgress(self.decoded, self.planned))
            if self.on_found is not None:
                self._show(new, view, self.on_found)
        return found

    def _show(self, found: Sequence[Candidate], view: View, on_found: OnFound) -> None:
        for candidate in sorted(found, key=lambda candidate: -candidate.predicted_iou):
            if self._box_if_good(candidate, view) is None:
                continue
            proposal = _proposal(candidate, view)
            box = _box(proposal.mask)
            if all(box_iou(box, other) <= self.config.nms_iou for other in self.shown):
                self.shown.append(box)
                on_found(proposal)

    def _box_if_good(self, candidate: Candidate, view: View) -> Box | None:
        """The box of the candidate's mask, in pixels of the view, or None when it must not be proposed."""
        measured = candidate.measured
        if measured.box is None or measured.stability < self.config.stability or view.cuts(measured.box):
            return None
        return measured.box

    def _check(self) -> None:
        if self.cancel is not None:
            self.cancel.check()


def _proposal(candidate: Candidate, view: View) -> EverythingProposal:
    measured = candidate.measured
    return EverythingProposal(
        mask=view.placed_mask(measured.mask),
        predicted_iou=candidate.predicted_iou,
        stability=measured.stability,
        point=view.placed_point(candidate.point),
    )


def _box(mask: RunLengths) -> Box:
    x, y, width, height = mask.bbox
    return Box(x, y, x + width, y + height)
