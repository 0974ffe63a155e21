"""The rules in DuckDB. `duck.py load TYPED.db OUT.duckdb`, `duck.py run OUT.duckdb RULES.sql`.

`run` prints wall clock and CPU seconds of the queries alone: the start of Python is not counted.
"""

import os
import sqlite3
import sys
import time

import duckdb


def load(typed, out):
    import pyarrow as pa

    source = sqlite3.connect(typed)
    target = duckdb.connect(out)
    tables = source.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    for (table,) in tables.fetchall():
        names = [(row[1], row[2]) for row in source.execute(f"PRAGMA table_info({table})")]
        types = {"INTEGER": pa.int64(), "TEXT": pa.string()}
        schema = pa.schema([(name, types[kind]) for name, kind in names])
        cursor = source.execute(f"SELECT * FROM {table}")
        first = True
        while True:
            rows = cursor.fetchmany(200_000)
            if not rows and not first:
                break
            chunk = pa.table([pa.array(list(col), type=schema.field(i).type)
                              for i, col in enumerate(zip(*rows))] if rows
                             else [pa.array([], type=f.type) for f in schema], schema=schema)
            target.register("chunk", chunk)
            target.execute(f"CREATE TABLE {table} AS SELECT * FROM chunk" if first
                           else f"INSERT INTO {table} SELECT * FROM chunk")
            first = False
    target.close()


def run(path, rules):
    statements = [s for s in open(rules, encoding="utf-8").read().split(";") if s.strip()]
    begin, before = time.perf_counter(), os.times()
    source = duckdb.connect(path, read_only=True)
    answers = [source.execute(statement).fetchall() for statement in statements]
    after = os.times()
    wall = time.perf_counter() - begin
    print(wall, after.user + after.system - before.user - before.system)
    if "-v" in sys.argv:
        print(answers)


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load(sys.argv[2], sys.argv[3])
    else:
        run(sys.argv[2], sys.argv[3])
