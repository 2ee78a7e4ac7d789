"""COCO files: read into a Document, and written so that nothing is lost.

What COCO has no key for sits under one key, "annotator":

    of the file        {"next_ids": {"category": int, "image": int, "instance": int}, "image_root": str}
    of a category      {"color": "#rrggbb", "attributes": [{"name": str, "kind": "flag" | "choice" | "number" | "text",
                        "choices": [str, ...]}, ...]}
                       and {"placeholder": true} of one that only proposals have, which goes with the last of them
    of an image        {"status": "untouched" | "in_work" | "done", "note": str}, and a review
                       and {"prelabelled": {...}} of one that was pre-labelled: with which weights and settings
    of an annotation   {"source": str, "weights": str, "predicted_iou": float, "stability": float, "parent": id}
    of an instance     the same and {"group": int, "attributes": {name: bool | number | str}}, and a review
    of a proposal      the same and {"state": "proposal", "point": [x, y], "parameters": {...}}
    a review           {"review": "to_review" | "accepted" | "rejected", "review_comment": str}

`image_root` is there only when the images' paths do not start from the file's own folder; it is relative to that folder
where it can be. Keys we do not know survive at every level, ours included, and so do values of note, review, group and
attributes that are of another kind than these. `segmentation`, `area` and `bbox` of
annotations whose mask nobody changed are written as they were read; changed and new masks become compressed run-lengths
with the mask's own area and box. An annotation that has only a `bbox` gets the mask of that rectangle, and keeps having
only a `bbox` until its mask is changed. A proposal is an annotation with its own state and a top-level `score`, as in
COCO's results. New records have `iscrowd` and `supercategory`, because pycocotools asks for them; one that came without
is written without, as long as there is nothing to say. `next_ids` is there when it is more than the highest id tells.
"""

from __future__ import annotations

from annotator.core.coco_read import MAX_ID, Reading, read, read_closely
from annotator.core.coco_write import to_bytes, write

__all__ = ["MAX_ID", "Reading", "read", "read_closely", "to_bytes", "write"]
