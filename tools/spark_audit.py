#!/usr/bin/env python3
"""Audits a year of many ledgers on Spark. Spark hands the ledgers out and tries again where a
worker is lost; every judgement is made by the same `minsheng` program as on one machine.

    spark-submit tools/spark_audit.py LEDGERS --binary minsheng --year 2022 --as-of 2023-07-01 \\
        --key KEY --first DISTRICT --out audit.json -- --format json --all

LEDGERS is a folder (any that Spark can read: file, hdfs, s3a) of ledgers `*.db`, one partial
result each, or with --parts N one ledger, in N parts. What stands after `--` goes to
`minsheng audit roll-up`. Exit code: that of the roll-up (0 nothing found, 1 findings).
"""
import argparse
import os
import subprocess
import sys
import tempfile

from pyspark import SparkFiles
from pyspark.sql import SparkSession


def arguments(words):
    more = []
    if "--" in words:
        at = words.index("--")
        words, more = words[:at], words[at + 1:]
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("ledgers", help="folder of ledgers (*.db); one ledger with --parts")
    parser.add_argument("--binary", required=True, help="the minsheng program for the workers")
    parser.add_argument("--driver-binary", help="the same program for the driver, if another file")
    parser.add_argument("--year", required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--key", help="key file that the ledgers share (see --key of audit)")
    parser.add_argument("--regime", help="regulation, if not the ledgers' own")
    parser.add_argument("--first", help="name of the ledger into which the others would be merged")
    parser.add_argument("--own", action="store_true",
                        help="of the first ledger its own chain only (it has received the others)")
    parser.add_argument("--parts", type=int, help="judge one ledger in so many parts")
    parser.add_argument("--slices", type=int, help="tasks; default one for each ledger or part")
    parser.add_argument("--results", help="keep the partial results in this folder")
    parser.add_argument("--out", help="where the audit goes; default standard output")
    args = parser.parse_args(words)
    args.more = more
    return args


def run(program, words, **more):
    """Runs the program; a failure is told with what it said, and Spark tries again."""
    done = subprocess.run([program, *words], capture_output=True, check=False, **more)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise RuntimeError(f"minsheng ended with {done.returncode}: {said}")


def partial(options, name, ledger, part):
    """One partial result, made by the program in a folder that is gone afterwards."""
    program = SparkFiles.get(options["binary"])
    os.chmod(program, 0o755)
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "result.json")
        words = ["--ledger", ledger, "audit", "--year", options["year"],
                 "--as-of", options["as_of"], "-o", out, "--quiet"]
        if options["all"]:
            words += ["--all"]
        if options["regime"]:
            words += ["--regime", options["regime"]]
        if part:
            words += ["--partition", part]
        else:
            words += ["--partial"]
            if options["own"] and name == options["first"]:
                words += ["--own"]
            if options["key"]:
                words += ["--key", SparkFiles.get(options["key"])]
        run(program, words)
        with open(out, "rb") as file:
            return file.read()


def of_file(options):
    """For ledgers that Spark reads: each is written where the worker stands, judged, and gone."""
    def judge(item):
        path, content = item
        name = os.path.basename(path).removesuffix(".db")
        with tempfile.TemporaryDirectory() as folder:
            ledger = os.path.join(folder, "ledger.db")
            descriptor = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            del content, item
            return name, partial(options, name, ledger, None)
    return judge


def of_part(options):
    """For one ledger that every worker has."""
    def judge(number):
        part = f"{number}/{options['parts']}"
        ledger = SparkFiles.get(options["ledger"])
        return f"part-{number:05}", partial(options, None, ledger, part)
    return judge


def results(context, args):
    """The partial results by name, made by the workers."""
    context.addFile(os.path.abspath(args.binary))
    options = {
        "binary": os.path.basename(args.binary), "year": args.year, "as_of": args.as_of,
        "all": "--all" in args.more, "regime": args.regime, "first": args.first, "own": args.own, "parts": args.parts,
        "key": None, "ledger": os.path.basename(args.ledgers),
    }
    if args.key:
        context.addFile(os.path.abspath(args.key))
        options["key"] = os.path.basename(args.key)
    if args.parts:
        context.addFile(os.path.abspath(args.ledgers))
        numbers = context.parallelize(range(1, args.parts + 1), args.slices or args.parts)
        made = numbers.map(of_part(options))
    else:
        pattern = args.ledgers.rstrip("/") + "/*.db"
        if "://" not in pattern:
            pattern = "file://" + os.path.abspath(pattern)
        files = context.binaryFiles(pattern)
        # Spark packs small files together; each ledger is work of its own
        paths = files.keys().count()
        made = files.repartition(args.slices or max(paths, 1)).map(of_file(options))
    # one after the other: the driver holds one partial result, not all
    for name, result in made.toLocalIterator(prefetchPartitions=True):
        yield name, result


def roll_up(args, folder, names):
    """Puts the partial results together, the first ledger's before the others."""
    names = sorted(names, key=lambda name: (name != args.first, name))
    files = [os.path.join(folder, name + ".json") for name in names]
    words = [args.driver_binary or os.path.abspath(args.binary), "audit", "roll-up", *files]
    if args.regime:
        words += ["--regime", args.regime]
    if args.out:
        with open(args.out, "wb") as out:
            done = subprocess.run([*words, *args.more], stdout=out, check=False)
    else:
        done = subprocess.run([*words, *args.more], check=False)
    return done.returncode


def main(words):
    args = arguments(words)
    spark = SparkSession.builder.appName("minsheng audit").getOrCreate()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            folder = args.results or scratch
            os.makedirs(folder, mode=0o700, exist_ok=True)
            names = []
            for name, result in results(spark.sparkContext, args):
                path = os.path.join(folder, name + ".json")
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(result)
                names.append(name)
            if not names:
                print(f"no ledger *.db in {args.ledgers}", file=sys.stderr)
                return 2
            return roll_up(args, folder, names)
    finally:
        spark.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
