"""PyTorch files: what torch writes is read exactly, everything else is refused in a sentence, and nothing is run."""

from __future__ import annotations

import builtins
import collections
import importlib
import io
import os
import pickle
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.errors import WeightsError
from annotator.model.torch_file import open_torch_file
from tests.model import torch_files
from tests.model.torch_files import Call, RawId, Storage, archive, legacy_file, pickled, tensor, view, zip_file

NUMBERS = np.arange(24, dtype=np.float32)


def read(path, content):
    path.write_bytes(content)
    with open_torch_file(path) as tensors:
        return {name: stored.read() for name, stored in tensors.items()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.pth"


def assert_same(found, expected):
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert found[name].shape == array.shape
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


ARRAYS = {
    "weight": NUMBERS.reshape(2, 3, 4),
    "scalar": np.array(7, np.int64),
    "half": np.array([1.5, -2.0], np.float16),
    "double": np.array([[0.1]], np.float64),
    "flags": np.array([True, False]),
    "bytes": np.array([1, 255], np.uint8),
}


class TestHonestFiles:
    @pytest.mark.parametrize("write", [zip_file, legacy_file])
    @pytest.mark.parametrize("device", ["cpu", "cuda:0"])
    def test_every_type_comes_back(self, path, write, device):
        assert_same(read(path, write(torch_files.state_dict(ARRAYS, device=device))), ARRAYS)

    @pytest.mark.parametrize("protocol", [2, 3, 4, 5])
    def test_every_pickle_protocol(self, path, protocol):
        assert_same(read(path, zip_file(torch_files.state_dict(ARRAYS), protocol=protocol)), ARRAYS)

    @pytest.mark.parametrize("write", [zip_file, legacy_file])
    @pytest.mark.parametrize("wrapper", ["model", "state_dict"])
    def test_a_wrapped_state_dict(self, path, write, wrapper):
        value = {wrapper: torch_files.state_dict(ARRAYS), "epoch": 3, "lr": 0.1, "optimizer": {"state": {0: [None]}}}
        assert_same(read(path, write(value)), ARRAYS)

    def test_views_of_one_storage(self, path):
        shared = Storage("0", NUMBERS)
        value = {"transposed": view(shared, 0, (4, 6), (1, 4)), "tail": view(shared, 20, (4,), (1,))}
        expected = {"transposed": NUMBERS.reshape(6, 4).T, "tail": NUMBERS[20:]}
        assert_same(read(path, zip_file(value)), expected)

    def test_a_parameter_is_its_tensor(self, path):
        parameter = Call(torch_files.REBUILD_PARAMETER, (tensor(NUMBERS, "0"), True, collections.OrderedDict()))
        assert_same(read(path, zip_file({"p": parameter})), {"p": NUMBERS})

    def test_bfloat16_is_widened(self, path):
        bits = (np.array([1.0, -0.5, 3.0], np.float32).view(np.uint32) >> 16).astype(np.uint16)
        assert_same(read(path, zip_file({"b": tensor(bits, "0")})), {"b": np.array([1.0, -0.5, 3.0], np.float32)})

    def test_attributes_of_the_state_dict_are_ignored(self, path):
        value = torch_files.state_dict(ARRAYS)
        value._metadata = collections.OrderedDict({"": {"version": 1}})
        assert_same(read(path, zip_file(value)), ARRAYS)

    def test_without_a_byte_order(self, path):
        assert_same(read(path, zip_file(torch_files.state_dict(ARRAYS), byteorder=None)), ARRAYS)


class TestCode:
    @pytest.fixture
    def trace(self, tmp_path):
        return tmp_path / "executed"

    @pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"weight": tensor(NUMBERS, "0"), "x": [(x,)]}])
    @pytest.mark.parametrize("write", [zip_file, legacy_file, lambda value: pickle.dumps(value, 4)])
    def test_a_shell_command_is_refused_by_name(self, path, trace, write, wrap):
        value = Call(os.system, (f"echo > {trace}",))
        if write not in (zip_file, legacy_file):
            wrap = list  # tensors cannot be pickled plainly
            value = [value]
        content = write(wrap(value))
        with pytest.raises(WeightsError, match=rf"{os.name}\.system.*can run code") as error:
            read(path, content)
        assert str(path) in str(error.value)
        assert not trace.exists()

    @pytest.mark.parametrize(
        ("function", "arguments", "name"),
        [
            (builtins.eval, ("1",), "builtins.eval"),
            (builtins.getattr, ("", "format"), "builtins.getattr"),
            (importlib.import_module, ("os",), "importlib.import_module"),
            (np.core.multiarray._reconstruct, (np.ndarray, (0,), b"b"), "numpy.core.multiarray._reconstruct"),
        ],
    )
    @pytest.mark.parametrize("protocol", [2, 4])
    def test_any_other_function_is_refused_by_name(self, path, function, arguments, name, protocol):
        # Protocol 2 calls the builtins by the name they had in Python 2.
        expected = name.replace("builtins", "__builtin__") if protocol == 2 else name
        with pytest.raises(WeightsError, match=expected):
            read(path, zip_file({"x": Call(function, arguments)}, protocol=protocol))

    @pytest.mark.parametrize(
        ("program", "message"),
        [
            (b"\x80\x02ccollections\nOrderedDict\n)R)R.", "no function"),  # calls what a call returned
            (b"\x80\x02ctorch\nFloatStorage\n)R.", "a call of torch.FloatStorage"),
            (b"\x80\x02ccollections\nOrderedDict\n]q\x00h\x00a\x85R.", "OrderedDict made from arguments"),
            (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}X\x01\x00\x00\x00ak\x01sb.", "malformed"),  # sets attributes
            (b"\x80\x02ccollections\nOrderedDict\n)\x81.", "NEWOBJ"),
            (b"\x80\x02(ios\nsystem\n.", "INST"),
            (b"\x80\x02\x82\x01.", "EXT1"),
            (b"\x80\x02}(K\x01K\x02\x86K\x03u.", "dictionary key of type tuple"),
            (b"\x80\x02}(X\x01\x00\x00\x00au.", "lacks a value"),
        ],
    )
    def test_other_instructions(self, path, program, message):
        with pytest.raises(WeightsError, match=message):
            read(path, archive(program, {}))

    @pytest.mark.parametrize(
        "nested",
        [
            b")q\x00" + b"h\x00h\x00\x86q\x00" * 18,  # a tree of 2^18 leaves that shares its branches
            b")" + b"\x85" * 20_000,
            b"]q\x00h\x00a",  # a list that holds itself
        ],
        ids=["wide", "deep", "round"],
    )
    @pytest.mark.parametrize(
        "use",
        [
            b"X\x01\x00\x00\x00a\x93.",  # STACK_GLOBAL: as the module
            b"X\x01\x00\x00\x00aq\x010h\x01h\x00\x93.",  # as the attribute, under "wide" and "round"
            b"q\x010}h\x01K\x01s.",  # as a key
            b"q\x010}X\x01\x00\x00\x00ah\x01s.",  # as a tensor
            b"q\x010}X\x05\x00\x00\x00modelh\x01s.",
            b"Q.",
            b"q\x010(X\x07\x00\x00\x00storageh\x01h\x01h\x01h\x01tQ.",
            b"q\x010ccollections\nOrderedDict\nh\x01\x85R.",
            b"q\x010ctorch._utils\n_rebuild_parameter\nh\x01\x85R.",
            b"q\x010ctorch._utils\n_rebuild_tensor_v2\n(h\x01h\x01h\x01h\x01tR.",
            b"ccollections\nOrderedDict\nq\x010q\x02h\x02h\x02R.",  # as a function
            b"q\x010Nh\x01b.",
            b".",
        ],
    )
    @pytest.mark.parametrize("wrap", [lambda program: archive(program, {}), lambda program: program])
    def test_nested_values_are_refused_at_once(self, path, nested, use, wrap):
        with pytest.raises(WeightsError) as error:
            read(path, wrap(b"\x80\x02" + nested + use))
        assert "((" not in str(error.value)  # nothing nested was put into words

    def test_a_huge_memo_index_needs_no_memory(self, path):
        program = b"\x80\x02}r\xff\xff\xff\x7f."
        with pytest.raises(WeightsError, match="no dictionary of tensors"):
            read(path, archive(program, {}))


class TestLies:
    @pytest.mark.parametrize(
        ("offset", "shape", "strides"),
        [
            (1, (24,), (1,)),
            (0, (25,), (1,)),
            (0, (2, 3), (24, 1)),
            (0, (1000, 1000), (0, 0)),  # one number many times: could fill any memory
            (24, (1,), (1,)),
            (2**39, (1,), (1,)),
        ],
    )
    @pytest.mark.parametrize("write", [zip_file, legacy_file])
    def test_a_tensor_beyond_its_storage(self, path, write, offset, shape, strides):
        with pytest.raises(WeightsError, match="beyond its storage"):
            read(path, write({"x": view(Storage("0", NUMBERS), offset, shape, strides)}))

    @pytest.mark.parametrize(
        ("offset", "shape", "strides"),
        [
            (-1, (4,), (1,)),
            (4, (4,), (-1,)),
            (0, (-4,), (1,)),
            (0, (4,), (1, 1)),
            (0, (4.0,), (1,)),
            (True, (4,), (1,)),
            (0, 4, (1,)),
            (2**70, (4,), (1,)),
            (0, (1,) * 9, (1,) * 9),
        ],
    )
    def test_nonsensical_numbers(self, path, offset, shape, strides):
        with pytest.raises(WeightsError, match="nonsensical"):
            read(path, zip_file({"x": view(Storage("0", NUMBERS), offset, shape, strides)}))

    @pytest.mark.parametrize(
        ("storage", "message"),
        [
            (RawId("0"), "no storage"),
            (RawId(("module", "x")), "no storage"),
            (RawId(("storage", "torch.FloatStorage", "0", "cpu", 24)), "no known type"),
            (Storage("0", NUMBERS, kind=collections.OrderedDict), "no known type"),
            (Storage("0", NUMBERS, count=-1), "nonsense"),
            (Storage("0", NUMBERS, count="24"), "nonsense"),
            (Storage(0, NUMBERS), "nonsense"),
            (Storage("0", NUMBERS, extra=(("0", 0, 4),)), "view of another"),
            ("0", "no storage"),
        ],
    )
    def test_lying_persistent_ids(self, path, storage, message):
        with pytest.raises(WeightsError, match=message):
            read(path, zip_file({"x": view(storage, 0, (4,), (1,))}))

    def test_a_storage_described_in_two_ways(self, path):
        value = {"x": tensor(NUMBERS, "0"), "y": tensor(NUMBERS[:4], "0")}
        with pytest.raises(WeightsError, match="two ways"):
            read(path, zip_file(value))

    @pytest.mark.parametrize("count", [23, 25, 2**39])
    @pytest.mark.parametrize("write", [zip_file, legacy_file])
    def test_a_storage_of_another_length(self, path, write, count):
        value = {"x": view(Storage("0", NUMBERS, count=count), 0, (4,), (1,))}
        with pytest.raises(WeightsError, match="damaged"):
            read(path, write(value))

    def test_a_missing_storage(self, path):
        program, _ = pickled({"x": tensor(NUMBERS, "0")})
        with pytest.raises(WeightsError, match="lacks archive/data/0"):
            read(path, archive(program, {}))

    def test_a_key_cannot_leave_its_folder(self, path):
        program, _ = pickled({"x": tensor(NUMBERS, "../data.pkl")})
        with pytest.raises(WeightsError, match="lacks"):
            read(path, archive(program, {}))

    def test_compressed_storages(self, path):
        content = zip_file({"x": tensor(NUMBERS, "0")}, compression=zipfile.ZIP_DEFLATED)
        with pytest.raises(WeightsError, match="compresses"):
            read(path, content)

    @pytest.mark.parametrize("keys", [[], ["1"], [0], "0", ["0", ("0",)]])
    def test_a_wrong_list_of_legacy_storages(self, path, keys):
        with pytest.raises(WeightsError, match="list of storages"):
            read(path, legacy_file({"x": tensor(NUMBERS, "0")}, keys=keys))

    @pytest.mark.parametrize("content", [
        zip_file({"x": tensor(NUMBERS, "0")}, byteorder=b"big"),
        legacy_file({"x": tensor(NUMBERS, "0")}, little_endian=False),
    ])  # fmt: skip
    def test_big_endian_numbers(self, path, content):
        with pytest.raises(WeightsError, match="big-endian"):
            read(path, content)


class TestOtherFiles:
    def test_a_zip_of_something_else(self, path):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as zipped:
            zipped.writestr("notes.txt", "hello")
        with pytest.raises(WeightsError, match=r"no data\.pkl"):
            read(path, file.getvalue())

    def test_a_pickle_of_something_else(self, path):
        with pytest.raises(WeightsError, match="a pickle but not a PyTorch checkpoint"):
            read(path, pickle.dumps([1, 2, 3]))

    @pytest.mark.parametrize("value", [[1, 2], {}, tensor(NUMBERS, "0"), None])
    def test_no_dictionary(self, path, value):
        with pytest.raises(WeightsError, match="no dictionary of tensors"):
            read(path, zip_file(value))

    @pytest.mark.parametrize("value", [{"x": 3}, {3: tensor(NUMBERS, "0")}, {"model": {"x": [1]}}])
    def test_other_things_in_the_dictionary(self, path, value):
        with pytest.raises(WeightsError, match="is no tensor"):
            read(path, zip_file(value))

    @pytest.mark.parametrize("write", [zip_file, legacy_file])
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
    def test_a_truncated_file(self, path, write, share):
        content = write(torch_files.state_dict(ARRAYS))
        with pytest.raises(WeightsError, match="damaged"):
            read(path, content[: int(len(content) * share)])


ZIP, LEGACY = zip_file(torch_files.state_dict(ARRAYS)), legacy_file(torch_files.state_dict(ARRAYS))
PROGRAM, STORED = pickled(torch_files.state_dict(ARRAYS))


@st.composite
def mutated(draw, content):
    """The content with a few bytes changed, inserted or cut out, and perhaps its end missing."""
    data = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1))
        kind = draw(st.sampled_from(["change", "number", "insert", "cut"]))
        if kind == "change":
            data[at] = draw(st.integers(0, 255))
        elif kind == "number":
            data[at : at + 4] = struct.pack("<I", draw(st.sampled_from([0, 1, 2**16, 2**31 - 1, 2**31, 2**32 - 1])))
        elif kind == "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=8))
        else:
            del data[at : at + draw(st.integers(1, 16))]
        if not data:
            break
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


def only_weights_errors(path, content):
    try:
        found = read(path, content)
    except WeightsError:
        return
    # Each tensor has at most the numbers of its storage.
    assert sum(array.nbytes for array in found.values()) <= len(found) * len(content)


class TestMutations:
    @given(content=st.one_of(mutated(ZIP), mutated(LEGACY)))
    def test_of_the_file(self, tmp_path_factory, content):
        only_weights_errors(tmp_path_factory.getbasetemp() / "mutated.pth", content)

    @given(program=mutated(PROGRAM))
    def test_of_the_pickle(self, tmp_path_factory, program):
        only_weights_errors(tmp_path_factory.getbasetemp() / "mutated.pth", archive(program, STORED))

    @given(program=st.binary(max_size=200))
    def test_random_programs(self, tmp_path_factory, program):
        only_weights_errors(tmp_path_factory.getbasetemp() / "mutated.pth", archive(program, STORED))
