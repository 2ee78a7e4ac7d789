"""The pickles of PyTorch checkpoints, read without running what they say.

A pickle is a program. This is an interpreter for the few instructions with which `torch.save` describes a dictionary of
tensors: it builds containers, numbers, text and tensors, and calls nothing. Whatever else a program asks for is refused
by name.
"""

from __future__ import annotations

import math
import pickletools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from annotator.errors import Sentence, WeightsError

_MOST_DIMENSIONS = 8
_LONGEST_QUOTE = 200  # characters

# The classes of torch's storages. bfloat16, which NumPy lacks, is read as the upper half of a float32.
_DTYPES: dict[str, np.dtype[Any]] = {
    "torch.FloatStorage": np.dtype("<f4"),
    "torch.DoubleStorage": np.dtype("<f8"),
    "torch.HalfStorage": np.dtype("<f2"),
    "torch.BFloat16Storage": np.dtype("<u2"),
    "torch.LongStorage": np.dtype("<i8"),
    "torch.IntStorage": np.dtype("<i4"),
    "torch.ShortStorage": np.dtype("<i2"),
    "torch.CharStorage": np.dtype("i1"),
    "torch.ByteStorage": np.dtype("u1"),
    "torch.BoolStorage": np.dtype("?"),
}
_ORDERED_DICT = "collections.OrderedDict"
_REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2"
_REBUILD_PARAMETER = "torch._utils._rebuild_parameter"
_KNOWN_GLOBALS = {_ORDERED_DICT, _REBUILD_TENSOR, _REBUILD_PARAMETER, *_DTYPES}


@dataclass(frozen=True)
class Storage:
    """A run of `count` numbers in the file, known by `key`."""

    key: str
    kind: str
    count: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's for its numbers."""
        return _DTYPES[self.kind]


@dataclass(frozen=True)
class StoredTensor:
    """A tensor still in its file; `read` copies it out and works while the file is open."""

    shape: tuple[int, ...]
    read: Callable[[], npt.NDArray[np.generic]]


@dataclass(frozen=True)
class _Global:
    """A function or class the program mentions; only its name is ever used."""

    name: str


_MARK = object()


class TensorUnpickler:
    """Runs the pickles of one file, one after another.

    `read_storage(storage)` returns exactly storage.count numbers as bytes; it is called by StoredTensor.read.
    """

    def __init__(self, path: Path, read_storage: Callable[[Storage], bytes]) -> None:
        self.storages: dict[str, Storage] = {}
        self._path = path
        self._read_storage = read_storage

    def load(self, file: BinaryIO) -> object:
        """The value of the next pickle, leaving the file behind it. Raises WeightsError."""
        stack: list[Any] = []
        memo: dict[int, Any] = {}
        try:
            with warnings.catch_warnings():
                # pickletools decodes names with Python's escapes, and those that are none make it warn.
                warnings.simplefilter("ignore", DeprecationWarning)
                for opcode, argument, _ in pickletools.genops(file):
                    if opcode.name == "STOP":
                        return stack.pop()
                    self._step(opcode.name, argument, stack, memo)
        # What malformed programs provoke: pickletools' own complaints, an empty stack, a missing memo, a wrong operand.
        except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise self._damaged(Sentence("its pickle is malformed ({reason})", reason=printable(error))) from error
        raise self._damaged(Sentence("its pickle does not end"))

    def _step(self, name: str, argument: Any, stack: list[Any], memo: dict[int, Any]) -> None:
        if name in _LITERALS:
            stack.append(argument)
        elif name in _FIXED:
            stack.append(_FIXED[name]())
        elif name in ("PROTO", "FRAME"):
            pass
        elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
            memo[argument] = stack[-1]
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET", "GET"):
            stack.append(memo[argument])
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            count = int(name[-1])
            stack[-count:] = [tuple(_last(stack, count))]
        elif name == "TUPLE":
            stack.append(tuple(_since_mark(stack)))
        elif name == "LIST":
            stack.append(_since_mark(stack))
        elif name == "DICT":
            items = _since_mark(stack)
            stack.append(self._fill({}, items))
        elif name in ("APPEND", "APPENDS"):
            items = [stack.pop()] if name == "APPEND" else _since_mark(stack)
            _instance(stack[-1], list).extend(items)
        elif name in ("SETITEM", "SETITEMS"):
            items = [stack.pop(-2), stack.pop()] if name == "SETITEM" else _since_mark(stack)
            self._fill(_instance(stack[-1], dict), items)
        elif name in ("GLOBAL", "STACK_GLOBAL"):
            if name == "STACK_GLOBAL":
                attribute, module = stack.pop(), stack.pop()
                # Formatting anything else, such as a deeply nested tuple, can take for ever.
                if type(module) is not str or type(attribute) is not str:
                    raise self._damaged(Sentence("its pickle names a function by something that is no text"))
                argument = f"{module} {attribute}"
            stack.append(self._global(argument.replace(" ", ".", 1)))
        elif name == "BINPERSID":
            stack.append(self._storage(stack.pop()))
        elif name == "REDUCE":
            arguments, function = stack.pop(), stack.pop()
            stack.append(self._rebuild(function, arguments))
        elif name == "BUILD":
            # The attributes of an OrderedDict, such as a state dict's _metadata, say nothing about its tensors.
            stack.pop()
            _instance(stack[-1], dict)
        else:
            raise self._refused(Sentence("the pickle instruction {name}", name=name))

    def _global(self, name: str) -> _Global:
        if name not in _KNOWN_GLOBALS:
            raise self._refused(printable(name))
        return _Global(name)

    def _fill(self, target: dict[Any, Any], items: list[Any]) -> dict[Any, Any]:
        keys, values = items[::2], items[1::2]
        if len(keys) != len(values):
            raise self._damaged(Sentence("a dictionary in its pickle lacks a value"))
        for key in keys:
            # Nothing else is needed; hashing a deeply nested tuple can take for ever.
            if not isinstance(key, (str, int)):
                raise self._refused(Sentence("a dictionary key of type {kind}", kind=type(key).__name__))
        target.update(zip(keys, values, strict=True))
        return target

    def _storage(self, reference: object) -> Storage:
        """The meaning of torch's persistent ids: ("storage", class, key, device, count[, view])."""
        if not isinstance(reference, tuple) or len(reference) not in (5, 6) or reference[0] != "storage":
            raise self._damaged(Sentence("its pickle refers to something that is no storage"))
        _, kind, key, _, count = reference[:5]
        if not isinstance(kind, _Global) or kind.name not in _DTYPES:
            raise self._damaged(Sentence("its pickle gives a storage no known type of numbers"))
        if not isinstance(key, str) or type(count) is not int or count < 0:
            raise self._damaged(Sentence("its pickle describes a storage with nonsense"))
        if len(reference) == 6 and reference[5] is not None:
            raise self._refused(Sentence("a storage that is a view of another one"))
        storage = Storage(key, kind.name, count)
        if self.storages.setdefault(key, storage) != storage:
            raise self._damaged(Sentence("its pickle describes storage {key} in two ways", key=printable(key)))
        return storage

    def _rebuild(self, function: object, arguments: object) -> object:
        if not isinstance(function, _Global) or not isinstance(arguments, tuple):
            raise self._damaged(Sentence("its pickle calls something that is no function"))
        if function.name == _ORDERED_DICT:
            if arguments not in ((), ([],)):
                raise self._refused(Sentence("an OrderedDict made from arguments"))
            return {}
        if function.name == _REBUILD_PARAMETER:
            return _instance(arguments[0], StoredTensor)
        if function.name == _REBUILD_TENSOR:
            return self._tensor(*arguments[:4])
        raise self._refused(Sentence("a call of {function}", function=function.name))

    def _tensor(self, storage: object, offset: object, shape: object, strides: object) -> StoredTensor:
        if not isinstance(storage, Storage):
            raise self._damaged(Sentence("its pickle makes a tensor of something that is no storage"))
        sizes, steps = self._naturals(shape), self._naturals(strides)
        (start,) = self._naturals((offset,))
        count = math.prod(sizes)
        if len(sizes) != len(steps):
            raise self._damaged(Sentence("its pickle gives a tensor a nonsensical shape"))
        reach = start + 1 + sum((size - 1) * step for size, step in zip(sizes, steps, strict=True)) if count else start
        # More numbers than the storage has would be repetitions, and could fill any memory.
        if reach > storage.count or count > storage.count:
            raise self._damaged(
                Sentence(
                    "a tensor of shape {sizes} reaches beyond its storage of {count} numbers",
                    sizes=sizes,
                    count=storage.count,
                )
            )

        def read() -> npt.NDArray[np.generic]:
            numbers = np.frombuffer(self._read_storage(storage), storage.dtype)[start:]
            view = np.lib.stride_tricks.as_strided(numbers, sizes, [step * storage.dtype.itemsize for step in steps])
            if storage.kind == "torch.BFloat16Storage":
                return (view.astype("<u4") << 16).view("<f4")
            return view.copy()

        return StoredTensor(sizes, read)

    def _naturals(self, values: object) -> tuple[int, ...]:
        if not isinstance(values, tuple) or len(values) > _MOST_DIMENSIONS:
            raise self._damaged(Sentence("its pickle gives a tensor a nonsensical shape"))
        if not all(type(value) is int and 0 <= value < 2**40 for value in values):
            raise self._damaged(Sentence("its pickle gives a tensor a nonsensical offset, size or stride"))
        return values

    def _damaged(self, what: str) -> WeightsError:
        return WeightsError("{path} is damaged or no PyTorch checkpoint: {what}.", path=self._path, what=what)

    def _refused(self, what: str) -> WeightsError:
        return WeightsError(
            "{path} asks for {what}, which tensors do not need; such a file can run code and is not "
            "loaded. Export the model's state_dict alone with torch.save.",
            path=self._path,
            what=what,
        )


_LITERALS = {
    "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINSTRING", "SHORT_BINSTRING",
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT",
}  # fmt: skip
_FIXED: dict[str, Callable[[], object]] = {
    "MARK": lambda: _MARK,
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
}


def printable(text: object) -> str:
    """What an untrusted file says, fit for a message: short and without control characters."""
    words = str(text)
    words = words if words.isprintable() else ascii(words)
    return words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}..."


def _last(stack: list[Any], count: int) -> list[Any]:
    if len(stack) < count:
        raise IndexError("the stack is too short")
    return stack[-count:]


def _since_mark(stack: list[Any]) -> list[Any]:
    """Takes the values above the topmost mark, and the mark, off the stack."""
    items: list[Any] = []
    while (value := stack.pop()) is not _MARK:
        items.append(value)
    return items[::-1]


def _instance(value: object, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} in place of {kind.__name__}")
    return value
