"""Every format: what is exported comes back, and what does not is reported."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO

from annotator.core import coco
from annotator.core.cancelling import OpeningCancelled
from annotator.core.document import Category, Document, ImageRecord, Instance, Review, ReviewState, StoredProposal
from annotator.core.formats.exchange import FORMATS, detected, export, read_foreign
from annotator.core.formats.files import new_folder
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.losses import PROPOSALS_ACCEPTED
from annotator.core.formats.options import ExportOptions, Shape
from annotator.core.formats.report import Loss
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError, SaveError

FOLDERS = ("yolo", "voc", "masks", "labelme")
EXACT = [
    ("coco", ExportOptions()),
    ("coco", ExportOptions(shape=Shape.EXACT)),
    ("coco", ExportOptions(shape=Shape.POLYGONS)),
    ("masks", ExportOptions()),
    ("yolo", ExportOptions()),
    ("labelme", ExportOptions()),
    ("labelme", ExportOptions(shape=Shape.EXACT)),
]
WITH_EMPTY = {"coco", "masks"}


def spoken(document: Document) -> list[tuple[str, str, RunLengths]]:
    """What a document says, ids aside: image name, category, mask; in an order of its own."""
    said = [
        (Path(document.images[i.image_id].path).stem, document.categories[i.category_id].name, i.mask)
        for i in document.instances.values()
    ]
    return sorted(said, key=repr)


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """New places to write to, one after the other."""
    folder = tmp_path_factory.mktemp("places")
    return (folder / str(number) for number in range(10**9))


@pytest.mark.parametrize(("format_name", "options"), EXACT)
@settings(max_examples=40)
@given(document=st.from_type(Document))
def test_what_is_exported_comes_back_exactly(places, format_name, options, document):
    for category in list(document.categories.values()):
        document.put(replace(category, name=f"{category.name} {category.id}"))
    place = next(places)
    out = place / "x.json" if format_name == "coco" else place
    if not document.images and format_name != "coco":
        with pytest.raises(SaveError, match="no image"):
            export(document, format_name, out, options)
        return
    report = export(document, format_name, out, options)
    empty = tuple(i.id for i in document.instances_in_order() if not i.mask.area)
    left_out = () if format_name in WITH_EMPTY else empty
    assert report.missing == tuple(sorted(left_out))
    assert report.changed == ()
    assert report.worst_iou == 1
    assert report.exact == len(document.instances) - len(left_out)
    # Not only by the report's word:
    back = read_foreign(out, format_name, images=ImageIndex.of_document(document)).document if document.images else None
    if back is not None:
        assert spoken(back) == [said for said in spoken(document) if said[2].area or format_name in WITH_EMPTY]
    shutil.rmtree(place)


@settings(max_examples=40)
@given(document=st.from_type(Document))
def test_voc_loses_what_is_covered_and_says_so(places, document):
    for category in list(document.categories.values()):
        document.put(replace(category, name=f"category {category.id}"))
    if not document.images:
        return
    place = next(places)
    report = export(document, "voc", place, ExportOptions())
    shutil.rmtree(place)
    visible: dict[int, int] = {}
    for image_id, image in document.images.items():
        covered = np.zeros((image.height, image.width), bool)
        for instance in reversed(list(document.instances_of(image_id))):
            mask = instance.mask.to_mask()
            visible[instance.id] = int((mask & ~covered).sum())
            covered |= mask
    whole = {i.id for i in document.instances.values() if i.mask.area and visible[i.id] == i.mask.area}
    listed = {i for loss in report.losses for i in loss.instance_ids}
    assert report.exact >= len(whole)
    assert {i for i in visible if i not in whole} <= listed | {d.instance_id for d in report.changed}
    assert set(report.missing) <= listed


@pytest.mark.parametrize("format_name", FOLDERS)
def test_a_copy_with_images_stands_alone(format_name, document, tmp_path):
    document.remove(document.instances[15])  # it covers another
    export(document, format_name, tmp_path / "out", ExportOptions(copy_images=True))
    (tmp_path / "out").rename(tmp_path / "moved")
    shutil.rmtree(document.image_root)
    assert detected(tmp_path / "moved") == format_name
    imported = read_foreign(tmp_path / "moved")
    assert spoken(imported.document) == spoken(document)
    for image in imported.document.images.values():
        assert (imported.document.image_root / image.path).is_file()


def test_a_coco_copy_with_images_loads_in_pycocotools(document, tmp_path):
    out = tmp_path / "out" / "x.json"
    export(document, "coco", out, ExportOptions(copy_images=True, shape=Shape.POLYGONS))
    theirs = COCO(out)
    for instance in document.instances.values():
        assert np.array_equal(theirs.annToMask(theirs.anns[instance.id]).astype(bool), instance.mask.to_mask())
        assert isinstance(theirs.anns[instance.id]["segmentation"], list)
    for image in theirs.imgs.values():
        copied = out.parent / "images" / image["file_name"]
        assert copied.read_bytes() == document.image_path(image["id"]).read_bytes()
    assert spoken(read_foreign(out).document) == spoken(document)


@pytest.mark.parametrize("format_name", FOLDERS)
def test_folders_named_as_a_format_names_its_own_are_no_trouble(format_name, document, tmp_path):
    for number, folder in enumerate(("train", "images", "JPEGImages", "masks", "labels"), start=50):
        path = f"{folder}/a.png"
        (document.image_root / folder).mkdir()
        shutil.copy(document.image_path(7), document.image_root / path)
        document.put(ImageRecord(number, path, 20, 30))
        mask = np.zeros((20, 30), bool)
        mask[:, : number - 40] = True
        document.put(Instance(number, number, 4, RunLengths.from_mask(mask)))
    document.remove(document.instances[15])
    report = export(document, format_name, tmp_path / "out", ExportOptions(copy_images=True))
    assert report.exact == 8
    masks = sorted(i.mask.counts for i in read_foreign(tmp_path / "out").document.instances.values())
    assert masks == sorted(i.mask.counts for i in document.instances.values())


def test_images_that_differ_in_their_ending_are_kept_apart(document, tmp_path):
    shutil.copy(document.image_path(7), document.image_root / "A.jpg")
    document.put(ImageRecord(9, "A.jpg", 20, 30))
    document.put(Instance(20, 9, 4, RunLengths.from_mask(np.eye(20, 30, dtype=bool))))
    document.remove(document.instances[15])
    for format_name in FOLDERS:
        report = export(document, format_name, tmp_path / format_name, ExportOptions(copy_images=True))
        assert (report.missing, report.changed) == ((), ())
        back = read_foreign(tmp_path / format_name).document
        masks = sorted(i.mask.counts for i in back.instances.values())
        assert masks == sorted(i.mask.counts for i in document.instances.values())


def test_the_split_is_by_image_and_the_same_each_time(document, tmp_path):
    for number in range(20):
        document.put(ImageRecord(100 + number, f"{number}.png", 5, 5))
    options = ExportOptions(val_fraction=0.25, seed=3)
    for name in ("one", "two"):
        export(document, "coco", tmp_path / f"{name}.json", options)
    train, val = (json.loads((tmp_path / f"one-{part}.json").read_bytes()) for part in ("train", "val"))
    assert (len(train["images"]), len(val["images"])) == (16, 6)
    assert {a["id"] for a in train["annotations"] + val["annotations"]} == set(document.instances)
    for part in (train, val):
        assert {a["image_id"] for a in part["annotations"]} <= {i["id"] for i in part["images"]}
    again = json.loads((tmp_path / "two-val.json").read_bytes())
    assert again["images"] == val["images"]
    other = export(document, "coco", tmp_path / "three.json", replace(options, seed=4))
    assert json.loads(other.files[1].read_bytes())["images"] != val["images"]


@pytest.mark.parametrize("format_name", ["yolo", "voc"])
def test_a_split_comes_back_whole(format_name, document, tmp_path):
    document.remove(document.instances[15])
    report = export(document, format_name, tmp_path / "out", ExportOptions(val_fraction=0.5, copy_images=True))
    assert report.exact == 3
    assert spoken(read_foreign(tmp_path / "out").document) == spoken(document)


def test_only_some_categories(document, tmp_path):
    report = export(document, "coco", tmp_path / "x.json", ExportOptions(categories=frozenset({"狗: dog"})))
    content = json.loads((tmp_path / "x.json").read_bytes())
    assert [a["id"] for a in content["annotations"]] == [12]
    assert [c["id"] for c in content["categories"]] == [2]
    assert (report.images, report.instances) == (2, 1)


def test_only_what_is_accepted(document, tmp_path):
    document.put(replace(document.images[7], review=Review(ReviewState.ACCEPTED)))
    document.put(replace(document.instances[12], review=Review(ReviewState.REJECTED, "too rough")))
    document.put(replace(document.instances[16], review=Review(ReviewState.ACCEPTED)))
    export(document, "coco", tmp_path / "x.json", ExportOptions(accepted_only=True))
    assert [a["id"] for a in json.loads((tmp_path / "x.json").read_bytes())["annotations"]] == [11, 16]


def test_proposals_only_when_asked_for(document, tmp_path):
    document.put(StoredProposal(30, 7, 4, document.instances[12].mask, score=0.5))
    assert export(document, "coco", tmp_path / "without.json", ExportOptions()).instances == 4
    report = export(document, "coco", tmp_path / "with.json", ExportOptions(proposals=True))
    assert (report.instances, report.exact) == (5, 5)
    scores = [a.get("score") for a in json.loads((tmp_path / "with.json").read_bytes())["annotations"]]
    assert scores == [None, None, None, None, 0.5]
    assert json.loads((tmp_path / "with.json").read_bytes())["annotations"][4]["annotator"]["state"] == "proposal"
    assert report.proposals == 1
    assert not any(30 in loss.instance_ids for loss in report.losses)  # COCO tells them from instances


@pytest.mark.parametrize("format_name", FOLDERS)
def test_formats_that_do_not_know_proposals_get_none_unless_asked_for_and_the_report_says_so(
    format_name, document, tmp_path
):
    document.remove(document.instances[15])  # it covers another
    proposed = RunLengths.from_crop(np.ones((3, 4), bool), 20, 1, height=20, width=30)
    document.put(StoredProposal(30, 7, 4, proposed, score=0.5))
    for options in (ExportOptions(), ExportOptions(proposals=True, accepted_only=True)):
        if options.accepted_only:
            document.put(replace(document.instances[11], review=Review(ReviewState.ACCEPTED)))
        out = tmp_path / f"without {options.accepted_only}"
        report = export(document, format_name, out, options)
        assert report.proposals == 0
        back = read_foreign(out, format_name, images=ImageIndex.of_document(document)).document
        assert proposed not in [i.mask for i in back.instances.values()]
    report = export(document, format_name, tmp_path / "with", ExportOptions(proposals=True))
    assert (report.instances, report.exact, report.proposals) == (4, 4, 1)
    assert Loss(PROPOSALS_ACCEPTED, (30,), ("coco",)) in report.losses
    back = read_foreign(tmp_path / "with", format_name, images=ImageIndex.of_document(document)).document
    assert proposed in [i.mask for i in back.instances.values()]
    assert 30 in document.proposals  # the document itself is as it was


def test_a_deviation_is_reported_with_its_iou(tmp_path):
    ys, xs = np.mgrid[:100, :100]
    disc = (xs - 50) ** 2 + (ys - 50) ** 2 < 40**2
    document = Document(tmp_path)
    document.put(Category(1, "disc"))
    document.put(ImageRecord(1, "a.png", 100, 100))
    document.put(Instance(5, 1, 1, RunLengths.from_mask(disc)))
    report = export(document, "coco", tmp_path / "x.json", ExportOptions(shape=Shape.POLYGONS, tolerance=3.0))
    theirs = COCO(tmp_path / "x.json")
    back = theirs.annToMask(theirs.anns[5]).astype(bool)
    (deviation,) = report.changed
    assert deviation.instance_id == 5
    assert deviation.iou == pytest.approx((back & disc).sum() / (back | disc).sum())
    assert 0.8 < report.worst_iou < 1


@pytest.mark.parametrize("format_name", FORMATS)
def test_nothing_that_is_there_is_replaced(format_name, document, tmp_path):
    out = tmp_path / "out"
    if format_name == "coco":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / "mine").write_text("mine")
    with pytest.raises(SaveError, match="exists already"):
        export(document, format_name, out, ExportOptions())
    assert (out if format_name == "coco" else out / "mine").read_text() == "mine"


def test_a_failed_export_leaves_nothing(document, tmp_path):
    document.image_path(3).unlink()
    with pytest.raises(SaveError, match=r"b\.jpg"):
        export(document, "yolo", tmp_path / "out" / "yolo", ExportOptions(copy_images=True))
    with pytest.raises(SaveError, match=r"b\.jpg"):
        export(document, "coco", tmp_path / "out" / "x.json", ExportOptions(copy_images=True))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_full_disk_is_a_sentence(tmp_path):
    def fill() -> None:
        with new_folder(tmp_path / "out") as folder:
            (folder / "part").write_text("part")
            raise OSError(28, "No space left on device")

    with pytest.raises(SaveError, match="No space left"):
        fill()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format_name", FOLDERS)
def test_images_that_are_elsewhere_are_named(format_name, document, tmp_path):
    export(document, format_name, tmp_path / "out", ExportOptions())
    (tmp_path / "empty").mkdir()
    if format_name in ("voc", "masks"):  # labelme's files say where the images are, and YOLO's folder has links
        with pytest.raises(DatasetError, match="images"):
            read_foreign(tmp_path / "out")
    images = ImageIndex.of_folder(document.image_root)
    back = read_foreign(tmp_path / "out", images=images).document
    assert len(back.images) == 2
    with pytest.raises(DatasetError, match="empty"):
        read_foreign(tmp_path / "out", images=ImageIndex.of_folder(tmp_path / "empty"))


def test_what_is_nothing_known_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="nowhere"):
        read_foreign(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="--format"):
        read_foreign(tmp_path)


class CancelAfter:
    """A cancellation that comes after some looks at it."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    @property
    def is_cancelled(self) -> bool:
        self.looks -= 1
        return self.looks < 0


@pytest.mark.parametrize("format_name", FOLDERS)
def test_progress_and_cancelling(format_name, document, tmp_path):
    told: list[tuple[int, int]] = []
    export(document, format_name, tmp_path / "out", ExportOptions(), on_progress=lambda *step: told.append(step))
    assert told[:6] == [(0, 2), (1, 2), (2, 2)] * 2
    compared = told[6:]  # only VOC's overlaps do not come back
    assert compared == ([] if format_name != "voc" else [(n, len(compared) - 1) for n in range(len(compared))])
    assert bool(compared) == (format_name == "voc")
    for looks in range(5 if format_name == "voc" else 4):
        with pytest.raises(OpeningCancelled):
            export(document, format_name, tmp_path / "cancelled", ExportOptions(), cancel=CancelAfter(looks))
    assert [path.name for path in tmp_path.iterdir() if "cancelled" in path.name] == []
    with pytest.raises(OpeningCancelled):
        read_foreign(tmp_path / "out", images=ImageIndex.of_document(document), cancel=CancelAfter(1))


@pytest.mark.parametrize(("format_name", "options"), [*EXACT, ("voc", ExportOptions())])
def test_real_annotations(format_name, options, shared, tmp_path):
    """On COCO's own photos: all exact, polygons too, but for what VOC's overlaps cost, and that is listed."""
    demo = shared / "data" / "demo_coco"
    document = coco.read(demo / "instances.json", demo / "images")
    out = tmp_path / "x.json" if format_name == "coco" else tmp_path / "out"
    report = export(document, format_name, out, options)
    overlapped = {i for loss in report.losses if loss.leaves_out for i in loss.instance_ids}
    assert {deviation.instance_id for deviation in report.changed} | set(report.missing) == overlapped
    assert report.exact + len(overlapped) == report.instances == 183
    assert bool(overlapped) == (format_name == "voc")
