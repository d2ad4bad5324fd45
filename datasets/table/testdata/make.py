"""Writes the files here, with pyarrow 26 and numpy 2.4: what other tools write is what must be read."""
import datetime as dt
import decimal
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
utc = dt.timezone.utc
t = [dt.datetime(2024, 5, 17, 12, 34, 56, 789000, utc), None, dt.datetime(1999, 12, 31, 23, 59, 59, 0, utc)]
naive = [v and v.replace(tzinfo=None) for v in t]
table = pa.table({
    "i64": pa.array([1, None, -3], pa.int64()),
    "i32": pa.array([7, 8, 9], pa.int32()),
    "u8": pa.array([0, 255, None], pa.uint8()),
    "f64": pa.array([1.5, float("nan"), -2.25], pa.float64()),
    "f32": pa.array([0.5, None, 4.0], pa.float32()),
    "flag": pa.array([True, False, None], pa.bool_()),
    "text": pa.array(["é", "", None], pa.string()),
    "large": pa.array(["a", "b", "a"], pa.large_string()),
    "dict": pa.array(["x", None, "x"]).dictionary_encode(),
    "when": pa.array(t, pa.timestamp("us", tz="UTC")),
    "local": pa.array(naive, pa.timestamp("ms")),
    "date": pa.array([v and v.date() for v in t], pa.date32()),
    "tags": pa.array([["a", "b"], [], ["b"]], pa.list_(pa.string())),
    "numbers": pa.array([[1, 2], None, [3]], pa.list_(pa.int64())),
    "price": pa.array([decimal.Decimal("12.50"), None, decimal.Decimal("-0.25")], pa.decimal128(9, 2)),
})
pq.write_table(table, os.path.join(here, "types.parquet"), row_group_size=2)
with pa.OSFile(os.path.join(here, "types.arrow"), "wb") as f, pa.ipc.new_file(f, table.schema) as w:
    w.write_table(table, max_chunksize=2)
with pa.OSFile(os.path.join(here, "types.arrows"), "wb") as f, pa.ipc.new_stream(f, table.schema) as w:
    w.write_table(table, max_chunksize=2)
for name, a in {
    "f4": np.arange(6, dtype="<f4").reshape(3, 2) / 4,
    "f8fortran": np.asfortranarray(np.arange(6, dtype="<f8").reshape(3, 2)),
    "f2": np.array([0.5, -2, np.inf, 6e-8, 65504], dtype="f2"),
    "bigendian": np.array([1, -2, 3], dtype=">i4"),
    "u1": np.array([0, 200], dtype="u1"),
    "flags": np.array([True, False]),
    "unicode": np.array(["é1", "", "Zürich"]),
    "bytes": np.array([b"a", b"bcd"]),
    "cube": np.zeros((2, 2, 2)),
    "complex": np.zeros(2, dtype="c8"),
}.items():
    np.save(os.path.join(here, name + ".npy"), a)
