#!/usr/bin/env python3
"""Reads what `minsheng export --format parquet --out DIR` wrote, by three engines.

    python3 tools/read_parquet.py DIR [--engine duckdb|pandas|spark]... [--list FILE] [--verify]

Prints for each engine that is installed the same counts and sums; amounts are whole fen, so they
are equal to the fen or wrong. `--list FILE` also compares the cases with the answer of
`minsheng list --format json`. `--verify` recomputes the hash of every event and the root of every
chain, and compares them with the checkpoints in DIR/_checkpoint. Ends with 0, or with 1 if
anything differs, or with 2 if no engine is there.
"""
import argparse
import base64
import hashlib
import importlib.util
import json
import pathlib
import sys
from decimal import Decimal

QUESTIONS = {
    "events": "SELECT count(*) FROM events",
    "events of 2022": "SELECT count(*) FROM events WHERE year = 2022",
    "cases": "SELECT count(*) FROM cases",
    "amount, fen": "SELECT sum(amount_fen) FROM cases",
    "paid, fen": "SELECT sum(fen) FROM facts WHERE step = 'implement.pay' AND kind = 'money' AND NOT struck",
    "largest community": "SELECT community FROM cases GROUP BY community ORDER BY count(*) DESC, community LIMIT 1",
    "accepted in time": "SELECT count(*) FROM cases WHERE accepted_date >= completed_date",
}


def by_duckdb(folder):
    import duckdb

    db = duckdb.connect()
    for name in ("events", "facts", "cases"):
        db.execute(
            f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}/**/*.parquet', hive_partitioning = true)"
        )
    return duckdb.__version__, {q: db.execute(sql).fetchone()[0] for q, sql in QUESTIONS.items()}


def by_pandas(folder):
    import pandas

    def read(name):
        # whole numbers stay whole where some are missing
        return pandas.read_parquet(folder / name, dtype_backend="numpy_nullable")

    events, facts, cases = read("events"), read("facts"), read("cases")
    pay = facts[(facts.step == "implement.pay") & (facts.kind == "money") & ~facts.struck]
    sizes = cases.groupby(cases.community.astype("string")).size().sort_index()
    both = cases.dropna(subset=["accepted_date", "completed_date"])
    return pandas.__version__, {
        "events": len(events),
        "events of 2022": int((events.year.astype("Int64") == 2022).sum()),
        "cases": len(cases),
        "amount, fen": int(cases.amount_fen.sum()),
        "paid, fen": int(pay.fen.sum()),
        "largest community": sizes.idxmax(),
        "accepted in time": int((both.accepted_date >= both.completed_date).sum()),
    }


def by_spark(folder):
    import pyspark
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("read_parquet")
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        for name in ("events", "facts", "cases"):
            spark.read.parquet(f"{folder.resolve()}/{name}").createOrReplaceTempView(name)
        answers = {q: spark.sql(sql).first()[0] for q, sql in QUESTIONS.items()}
    finally:
        spark.stop()
    return pyspark.__version__, answers


ENGINES = {
    "duckdb": (by_duckdb, ["duckdb"]),
    "pandas": (by_pandas, ["pandas", "pyarrow"]),
    "spark": (by_spark, ["pyspark"]),
}


def there(modules):
    return all(importlib.util.find_spec(module) for module in modules)


def rows_of_events(folder):
    """Every event as (origin, seq, step, subject, occurred, recorded_at, actor, payload, hash)."""
    names = ["origin", "seq", "step", "subject", "occurred", "recorded_at", "actor", "payload", "hash"]
    if there(["duckdb"]):
        import duckdb

        sql = f"SELECT {', '.join(names)} FROM read_parquet('{folder}/events/**/*.parquet') ORDER BY origin, seq"
        return duckdb.sql(sql).fetchall()
    import pyarrow.dataset

    table = pyarrow.dataset.dataset(folder / "events", format="parquet", partitioning="hive")
    rows = table.to_table(columns=names).to_pylist()
    return sorted(tuple(row[name] for name in names) for row in rows)


def netstring(text):
    data = text.encode()
    return b"%d:%s," % (len(data), data)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root(leaves):
    """The Merkle root of RFC 6962 over event hashes."""
    row = [sha256(b"\0", leaf) for leaf in leaves] or [sha256()]
    while len(row) > 1:
        row = [sha256(b"\1", *row[i:i + 2]) if i + 1 < len(row) else row[i] for i in range(0, len(row), 2)]
    return row[0]


def verify(folder):
    """What is wrong with the chains, by the recipe in README.md."""
    wrong, leaves = [], {}
    for origin, seq, *texts, stored in rows_of_events(folder):
        if stored is None:
            return ["a public copy holds no hashes; verify the export of the office"]
        chain = leaves.setdefault(origin, [])
        if seq != len(chain) + 1:
            wrong.append(f"{origin}: event {seq} stands where {len(chain) + 1} should")
            return wrong
        previous = chain[-1].hex() if chain else "0" * 64
        parts = [previous, origin, str(seq), *texts]
        if sha256(b"minsheng.event/1\n", *map(netstring, parts)) != bytes(stored):
            wrong.append(f"{origin}: event {seq} does not match its hash")
        chain.append(bytes(stored))
    for file in sorted((folder / "_checkpoint").iterdir()):
        origin, size, value = file.read_text(encoding="utf-8").splitlines()[:3]
        chain = leaves.pop(origin, [])
        if len(chain) != int(size):
            wrong.append(f"{origin}: {len(chain)} events, {size} at the checkpoint")
        elif root(chain) != base64.b64decode(value):
            wrong.append(f"{origin}: not the events of the checkpoint")
        elif not wrong:
            print(f"{origin}: {size} events are those of the checkpoint")
    wrong.extend(f"{origin}: no checkpoint" for origin in leaves)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--engine", action="append", choices=list(ENGINES))
    parser.add_argument("--list", type=pathlib.Path)
    parser.add_argument("--verify", action="store_true")
    args = parser.parse_args()
    wrong, answered = [], {}
    for name in args.engine or ([] if args.verify else ENGINES):
        read, modules = ENGINES[name]
        if not there(modules):
            print(f"{name}: not installed, passed over")
            continue
        version, answers = read(args.folder)
        answered[name] = answers
        print(f"{name} {version}")
        for question, answer in answers.items():
            print(f"  {question:<18} {answer}")
    if len({json.dumps(answers, default=int) for answers in answered.values()}) > 1:
        wrong.append("the engines differ")
    if args.list:
        rows = json.loads(args.list.read_text(encoding="utf-8"))["rows"]
        fen = sum(int(Decimal(row["amount"]) * 100) for row in rows if row["amount"])
        for name, answers in answered.items():
            if (answers["cases"], int(answers["amount, fen"])) != (len(rows), fen):
                wrong.append(f"{name}: minsheng list has {len(rows)} cases of {fen} fen")
            else:
                print(f"{name}: the cases and the fen of minsheng list")
    if args.verify:
        wrong.extend(verify(args.folder))
    for line in wrong:
        print("wrong:", line)
    if not answered and not args.verify:
        return 2
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
