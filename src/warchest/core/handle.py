"""What compiled code is handed of a life: one pointer, to where each of its tables lies.

Arrays handed one by one cost some seventy words at every call of a rule, and most of the time it took to compile them.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import from_dtype
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_builtin,
    lower_getattr,
    lower_getattr_generic,
    register_model,
    typeof_impl,
    unbox,
)

from warchest.core.layout import TABLES, WIDE, Handle, dtype_of, life_at

WORD = ir.IntType(64)
WORDS = 3
"""Words a table takes in a handle: address, rows, columns."""


class TableType(types.Type):
    """A table of records in one or two dimensions; its value points to its three words."""

    def __init__(self, kind: type[Any], dims: int) -> None:
        self.record, self.dims = from_dtype(dtype_of(kind)), dims
        super().__init__(name=f"Table({kind.__name__})")


class LifeType(types.Type):
    """All tables of a life; its value points to the words of the first."""

    def __init__(self) -> None:
        self.tables = {name: TableType(kind, 2 if name in WIDE else 1) for name, kind in TABLES.items()}
        super().__init__(name="Life")


LIFE = LifeType()
register_model(LifeType)(models.OpaqueModel)
register_model(TableType)(models.OpaqueModel)


@typeof_impl.register(Handle)
def _typeof(value: Handle, context: Any) -> LifeType:
    return LIFE


@unbox(LifeType)
def _unbox(kind: LifeType, handle: Any, c: Any) -> Any:
    address = c.pyapi.object_getattr_string(handle, "address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer, is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))


@infer_global(life_at)
class _LifeAt(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(LIFE, types.int64)


@lower_builtin(life_at, types.int64)
def _life_at(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.inttoptr(args[0], context.get_value_type(LIFE))


def _word(builder: Any, table: Any, n: int, kind: Any = WORD) -> Any:
    """A table's word n; it never changes while rules run, and the compiler may know it."""
    words = builder.bitcast(table, kind.as_pointer())
    found = builder.load(builder.gep(words, [WORD(n)]))
    found.set_metadata("invariant.load", builder.module.add_metadata([]))
    return found


@infer_getattr
class _TablesOfLife(AttributeTemplate):
    key = LifeType

    def generic_resolve(self, life: Any, name: str) -> Any:  # type: ignore[override]
        return life.tables.get(name)


@lower_getattr_generic(LifeType)
def _table(context: Any, builder: Any, life: Any, value: Any, name: str) -> Any:
    words = builder.bitcast(value, WORD.as_pointer())
    return builder.bitcast(builder.gep(words, [WORD(WORDS * list(life.tables).index(name))]), value.type)


@infer_getattr
class _ShapeOfTable(AttributeTemplate):
    key = TableType

    def resolve_shape(self, table: TableType) -> Any:
        return types.UniTuple(types.intp, table.dims)


@lower_getattr(TableType, "shape")
def _shape(context: Any, builder: Any, table: TableType, value: Any) -> Any:
    return cgutils.pack_array(builder, [_word(builder, value, 1 + n) for n in range(table.dims)])


def _record(context: Any, builder: Any, table: TableType, value: Any, index: Any) -> Any:
    """Pointer to one record."""
    row = index
    if table.dims == 2:
        row, column = cgutils.unpack_tuple(builder, index, 2)
        row = builder.add(builder.mul(row, _word(builder, value, 2)), column)
    first = _word(builder, value, 0, context.get_value_type(table.record))
    return builder.gep(first, [row])


def _index(table: TableType) -> Any:
    return types.intp if table.dims == 1 else types.UniTuple(types.intp, 2)


@infer_global(operator.getitem)
class _GetRow(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        table = args[0]
        return signature(table.record, table, _index(table)) if isinstance(table, TableType) else None


@infer_global(operator.setitem)
class _SetRow(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        table, _, row = args
        if isinstance(table, TableType) and row == table.record:
            return signature(types.none, table, _index(table), row)
        return None


@lower_builtin(operator.getitem, TableType, types.Any)
def _get_row(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _record(context, builder, sig.args[0], *args)


@lower_builtin(operator.setitem, TableType, types.Any, types.Any)
def _set_row(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    table, index, row = args
    target = _record(context, builder, sig.args[0], table, index)
    cgutils.raw_memcpy(builder, target, row, WORD(sig.args[0].record.size), 1)
    return context.get_dummy_value()
