"""Checkpoint files: a round trip keeps everything, and every bad file gets a sentence."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy

from annotator.errors import WeightsError
from annotator.model import checkpoint as checkpoint_module
from annotator.model.architecture import UNUSED_PREFIXES
from annotator.model.checkpoint import (
    Checkpoint,
    CheckpointInfo,
    read_checkpoint,
    read_config,
    read_info,
    write_checkpoint,
)
from annotator.model.config import EverythingThresholds, TinySamConfig
from tests.model import torch_files

INFO = CheckpointInfo(
    name="示例 weights",
    source="a test",
    training_data="none",
    licence="Apache-2.0",
    quality={"mean IoU": 0.5},
)
CONFIG = TinySamConfig(320, 0.5, EverythingThresholds(points_per_side=16, predicted_iou=0.4))
KERNEL = "image_encoder.neck.2.weight"
VECTOR = "image_encoder.neck.3.bias"
VARIANCE = "image_encoder.patch_embed.seq.0.bn.running_var"
COUNTER = "image_encoder.patch_embed.seq.0.bn.num_batches_tracked"


def changed(checkpoint, **tensors):
    """The checkpoint with some tensors replaced, or without those that are None."""
    merged = {**checkpoint.tensors, **tensors}
    return replace(checkpoint, tensors={name: value for name, value in merged.items() if value is not None})


def save(path, checkpoint, metadata=None):
    """Write without any of write_checkpoint's checks."""
    path.write_bytes(safetensors.numpy.save(dict(checkpoint.tensors), metadata))


@pytest.fixture(scope="module")
def original(checkpoint):
    random = np.random.default_rng(0)
    tensors = {
        name: value if value.dtype.kind == "i" else np.abs(random.normal(size=value.shape)).astype(np.float32)
        for name, value in checkpoint.tensors.items()
    }
    return Checkpoint(tensors, CONFIG, INFO)


class TestRoundTrip:
    @pytest.mark.parametrize("dtype", ["float32", "float16"])
    def test_everything_comes_back(self, tmp_path, original, dtype):
        path = tmp_path / "权重.safetensors"
        write_checkpoint(path, original, dtype=dtype)
        found = read_checkpoint(path)
        assert found.config == read_config(path) == CONFIG
        assert found.info == read_info(path) == replace(INFO, precision=dtype)
        assert set(found.tensors) == set(original.tensors)
        for name, value in original.tensors.items():
            exact = dtype == "float32" or value.ndim < 2
            expected = value if exact else value.astype(np.float16).astype(np.float32)
            assert found.tensors[name].dtype == value.dtype
            np.testing.assert_array_equal(found.tensors[name], expected)
        assert [entry.name for entry in tmp_path.iterdir()] == [path.name]

    def test_float16_takes_half_the_space(self, tmp_path, original):
        sizes = []
        for dtype in ("float32", "float16"):
            write_checkpoint(tmp_path / dtype, original, dtype=dtype)
            sizes.append((tmp_path / dtype).stat().st_size)
        assert sizes[1] < 0.52 * sizes[0]

    def test_another_precision_is_a_mistake_of_the_caller(self, tmp_path, original):
        with pytest.raises(ValueError, match="bfloat16"):
            write_checkpoint(tmp_path / "x.safetensors", original, dtype="bfloat16")

    @pytest.mark.parametrize("write", [torch_files.zip_file, torch_files.legacy_file])
    def test_a_pytorch_file(self, tmp_path, original, write):
        path = tmp_path / "tinysam.pth"
        path.write_bytes(write(torch_files.state_dict(original.tensors, device="cuda:0")))
        found = read_checkpoint(path)
        assert found.config == TinySamConfig()
        assert found.info == read_info(path) == CheckpointInfo(name="tinysam")
        for name, value in original.tensors.items():
            np.testing.assert_array_equal(found.tensors[name], value)

    def test_a_mindspore_file(self, tmp_path, original):
        import mindspore

        path = tmp_path / "tinysam.ckpt"
        parameters = [{"name": name, "data": mindspore.Tensor(value)} for name, value in original.tensors.items()]
        mindspore.save_checkpoint(parameters, str(path))
        found = read_checkpoint(path)
        assert found.info == read_info(path) == CheckpointInfo(name="tinysam")
        for name, value in original.tensors.items():
            assert found.tensors[name].shape == value.shape
            np.testing.assert_array_equal(found.tensors[name], value)

    def test_a_plain_safetensors_file_gets_the_papers_config(self, tmp_path, original):
        path = tmp_path / "converted.safetensors"
        save(path, original)
        assert read_config(path) == TinySamConfig()
        assert read_info(path) == CheckpointInfo(name="converted")


class TestTensors:
    def write_and_read(self, path, checkpoint):
        save(path, checkpoint)
        return read_checkpoint(path)

    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "weights.safetensors"

    def test_a_missing_one(self, path, checkpoint):
        with pytest.raises(WeightsError, match=rf"{path} does not fit TinySAM: it lacks {KERNEL}\."):
            self.write_and_read(path, changed(checkpoint, **{KERNEL: None}))

    def test_an_unknown_one(self, path, checkpoint):
        extra = changed(checkpoint, **{"image_encoder.neck.9.weight": np.zeros(3, np.float32)})
        with pytest.raises(WeightsError, match=r"unknown tensors: image_encoder\.neck\.9\.weight"):
            self.write_and_read(path, extra)

    def test_one_of_another_shape(self, path, checkpoint):
        misshaped = changed(checkpoint, **{VECTOR: np.zeros((2, 128), np.float32)})
        with pytest.raises(WeightsError, match=rf"it has {VECTOR} of 2 x 128 instead of 256"):
            self.write_and_read(path, misshaped)

    def test_all_kinds_of_misfits_are_listed(self, path, checkpoint):
        misfit = changed(checkpoint, **{KERNEL: None, "x": np.zeros(1, np.float32), VECTOR: np.zeros(1, np.float32)})
        with pytest.raises(WeightsError, match=f"lacks {KERNEL}; it has unknown tensors: x; it has {VECTOR}"):
            self.write_and_read(path, misfit)

    def test_many_missing_ones_are_counted(self, path, checkpoint):
        few = {name: value for name, value in checkpoint.tensors.items() if not name.startswith("mask_decoder.")}
        count = len(checkpoint.tensors) - len(few)
        with pytest.raises(WeightsError, match=rf"and {count - 10} more \({count} in all\)") as error:
            self.write_and_read(path, replace(checkpoint, tensors=few))
        assert str(error.value).count("mask_decoder.") == 10

    def test_the_unused_classifier_may_be_missing(self, path, checkpoint):
        used = {name: value for name, value in checkpoint.tensors.items() if not name.startswith(UNUSED_PREFIXES)}
        assert len(used) == len(checkpoint.tensors) - 4
        assert set(self.write_and_read(path, replace(checkpoint, tensors=used)).tensors) == set(used)

    def test_what_is_unused_and_unknown_is_never_brought_into_memory(self, path, checkpoint, monkeypatch):
        prefix = UNUSED_PREFIXES[0]
        odd = {f"{prefix}{number}": np.zeros(3, np.float32) for number in range(20)}
        misshaped = {f"{prefix}weight": np.zeros((7, 7), np.float32)}
        write_checkpoint(path, replace(checkpoint, tensors={**checkpoint.tensors, **odd, **misshaped}))
        read, read_tensor = [], checkpoint_module._read_tensor

        def noted(where, name, tensor):
            read.append(name)
            return read_tensor(where, name, tensor)

        monkeypatch.setattr(checkpoint_module, "_read_tensor", noted)
        expected = set(checkpoint.tensors) - set(misshaped)
        assert set(read_checkpoint(path).tensors) == set(read) == expected

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_numbers_that_are_not_finite(self, path, checkpoint, value):
        broken = checkpoint.tensors[KERNEL].copy()
        broken[3, 2, 1, 0] = value
        with pytest.raises(WeightsError, match=rf"infinities or NaNs in {KERNEL};"):
            self.write_and_read(path, changed(checkpoint, **{KERNEL: broken}))

    def test_negative_variances(self, path, checkpoint):
        with pytest.raises(WeightsError, match=f"negative variances in {VARIANCE}"):
            self.write_and_read(path, changed(checkpoint, **{VARIANCE: -checkpoint.tensors[VARIANCE]}))

    @pytest.mark.parametrize(
        ("name", "dtype", "message"),
        [(KERNEL, np.int64, "as int64"), (COUNTER, np.float32, "as float32"), (VECTOR, np.uint8, "as U8")],
    )
    def test_numbers_of_the_wrong_type(self, path, checkpoint, name, dtype, message):
        wrong = changed(checkpoint, **{name: checkpoint.tensors[name].astype(dtype)})
        with pytest.raises(WeightsError, match=f"{name} {message}"):
            self.write_and_read(path, wrong)


class TestBadFiles:
    def assert_refused(self, path, message):
        for read in (read_checkpoint, read_info, read_config):
            with pytest.raises(WeightsError, match=message) as error:
                read(path)
            assert str(path) in str(error.value)

    def test_a_missing_file(self, tmp_path):
        self.assert_refused(tmp_path / "none.pth", "does not exist")

    def test_a_folder(self, tmp_path):
        self.assert_refused(tmp_path, "is a folder")

    @pytest.mark.parametrize("name", ["a.pth", "a.safetensors", "a.ckpt"])
    def test_an_empty_file(self, tmp_path, name):
        (tmp_path / name).touch()
        self.assert_refused(tmp_path / name, "is empty")

    @pytest.mark.parametrize(
        ("name", "message"),
        [("a.pth", "is no checkpoint"), ("a.safetensors", "damaged"), ("a.ckpt", "is no checkpoint")],
    )
    def test_a_text_file(self, tmp_path, name, message):
        (tmp_path / name).write_text("These are no weights.", encoding="utf-8")
        self.assert_refused(tmp_path / name, message)

    def test_a_random_zip(self, tmp_path):
        path = tmp_path / "random.pth"
        with zipfile.ZipFile(path, "w") as zipped:
            zipped.writestr("readme.txt", "hello")
        self.assert_refused(path, "zip archive but not a PyTorch checkpoint")

    def test_a_pickle_with_code_in_it(self, tmp_path):
        path = tmp_path / "evil.pth"
        path.write_bytes(torch_files.zip_file({"x": torch_files.Call(os.system, ("true",))}))
        self.assert_refused(path, rf"{os.name}\.system")

    @pytest.mark.parametrize("keep", [4, 9, 100, 100_000])
    def test_a_truncated_safetensors_file(self, tmp_path, checkpoint, keep):
        path = tmp_path / "short.safetensors"
        save(path, checkpoint)
        path.write_bytes(path.read_bytes()[:keep])
        self.assert_refused(path, "damaged")

    @pytest.mark.parametrize(
        "header", [b"{", b"{}", b'{"x": 3}', b"[1]", b'{"x":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}']
    )
    def test_a_broken_safetensors_header(self, tmp_path, header):
        path = tmp_path / "broken.safetensors"
        path.write_bytes(len(header).to_bytes(8, "little") + header)
        self.assert_refused(path, "damaged|does not fit")

    @pytest.mark.parametrize("content", [b"\n", b"\nhello\n", b"\n\xff\xff\xff\xff\x0f", b"\n\x04\n\x02xx"])
    def test_a_broken_mindspore_file(self, tmp_path, content):
        path = tmp_path / "broken.ckpt"
        path.write_bytes(content)
        with pytest.raises(WeightsError, match=r"broken\.ckpt (is damaged|holds xx|does not fit)"):
            read_checkpoint(path)

    def test_mindspores_own_words_are_not_printed(self, tmp_path, project):
        """In a process of its own: MindSpore logs to the standard error that it found when it was imported."""
        path = tmp_path / "broken.ckpt"
        path.write_bytes(b"\n\x04\n\x02\xff\xff")
        script = f"from annotator.model.checkpoint import read_checkpoint; read_checkpoint({str(path)!r})"
        done = subprocess.run([sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=False)
        assert "WeightsError" in done.stderr
        assert "[ERROR]" not in done.stderr + done.stdout

    @pytest.mark.parametrize(
        "metadata",
        [
            {"config": "{"},
            {"config": "[]"},
            {"config": '{"image_size": 100}'},
            {"config": "[" * 100_000},
            {"info": "3"},
            {"info": "{}"},
            {"info": '{"name": 3}'},
            {"info": '{"name": "x", "colour": "red"}'},
            {"info": '{"name": "x", "quality": [0.5]}'},
            {"info": '{"name": "x", "quality": {"IoU": "good"}}'},
            {"info": '{"name": "x", "quality": {"IoU": NaN}}'},
        ],
    )
    def test_nonsense_in_the_metadata(self, tmp_path, checkpoint, metadata):
        path = tmp_path / "meta.safetensors"
        save(path, checkpoint, metadata)
        self.assert_refused(path, "broken metadata")

    def test_control_characters_in_names_are_not_printed(self, tmp_path):
        path = tmp_path / "names.safetensors"
        path.write_bytes(safetensors.numpy.save({"\x1b[31mred": np.zeros(1, np.float32)}))
        with pytest.raises(WeightsError) as error:
            read_checkpoint(path)
        assert "\x1b" not in str(error.value)


class TestWriting:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "weights.safetensors"
        path.write_bytes(b"the old file")
        return path

    def assert_untouched(self, path):
        assert path.read_bytes() == b"the old file"
        assert list(path.parent.iterdir()) == [path]

    @pytest.mark.parametrize("step", ["fsync", "replace"])
    def test_a_full_disk(self, path, checkpoint, monkeypatch, step):
        def fail(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, step, fail)
        with pytest.raises(WeightsError, match=r"weights\.safetensors cannot be written \(No space left on device\)"):
            write_checkpoint(path, checkpoint)
        monkeypatch.undo()
        self.assert_untouched(path)

    def test_a_missing_folder(self, tmp_path, checkpoint):
        with pytest.raises(WeightsError, match="cannot be written"):
            write_checkpoint(tmp_path / "none" / "weights.safetensors", checkpoint)

    def test_a_lacking_tensor(self, path, checkpoint):
        with pytest.raises(WeightsError, match=f"lacks {KERNEL}"):
            write_checkpoint(path, changed(checkpoint, **{KERNEL: None}))
        self.assert_untouched(path)

    def test_numbers_too_large_for_float16(self, path, checkpoint):
        large = changed(checkpoint, **{KERNEL: np.full_like(checkpoint.tensors[KERNEL], 1e5)})
        with pytest.raises(WeightsError, match=f"infinities or NaNs in {KERNEL}"):
            write_checkpoint(path, large, dtype="float16")
        self.assert_untouched(path)
        write_checkpoint(path, large)
        assert read_checkpoint(path).tensors[KERNEL].max() == 1e5


class TestShippedWeights:
    def test_they_say_what_they_are(self, project, checkpoint):
        info = checkpoint.info
        assert info.precision == "float16"
        assert info.licence == "Apache-2.0"
        assert {"not stated", ""}.isdisjoint({info.name, info.source, info.training_data})
        assert info.quality
        card = (project / "weights" / "README.md").read_text(encoding="utf-8")
        assert info.name in card
        for figure in info.quality.values():
            assert f"{figure:.3f}" in card

    def test_their_config_is_on_the_card(self, project, checkpoint):
        card = (project / "weights" / "README.md").read_text(encoding="utf-8")
        assert json.dumps(checkpoint.config.to_json(), indent=2) in card

    def test_they_are_the_reference_checkpoint(self, shared, checkpoint):
        reference = read_checkpoint(shared / "reference" / "starter.pth")
        for name, value in reference.tensors.items():
            stored = value.astype(np.float16).astype(value.dtype) if value.ndim > 1 else value
            np.testing.assert_array_equal(checkpoint.tensors[name], stored)
