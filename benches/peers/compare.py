"""The jobs of docs/performance.md, each beside its peer; prints a Markdown table.

Started by benches/compare.sh, which says what is needed. What is slow or missing is told on stderr.
"""

import argparse
import collections
import importlib.util
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys

from data import COMMUNITIES, Data, begun
from measure import Pairs, Run, apart, many, pairs, run

HERE = os.path.dirname(os.path.abspath(__file__))
JOBS = ["step", "record", "csv", "xlsx", "audit", "events", "verify", "export", "growth"]
AUDIT = ["audit", "--year", "2022", "--as-of", "2023-07-01", "--format", "json"]
# how many of each verdict each rule gave, which is what the queries of the peers answer
NUMBERS = [*AUDIT, "--summary"]
STEP_TABLE = ("CREATE TABLE event (id INTEGER PRIMARY KEY, step TEXT, subject TEXT, payload TEXT);"
              "INSERT INTO event VALUES (1, 'x', 'x', 'x')")
DEMANDS = ["title", "type", "summary", "grounds", "proposer", "phone", "remark"]
# rules that ask the same of both: their counts must be equal
SAME = ["A11-DAYS", "A13-DESIGN", "A13-TRACK", "A14-REVIEW", "A15-DAYS", "A15-NOTIFY", "A16-CAP",
        "A18-CAP", "X2.5-REPORT", "X2.6-MONTH"]
TABLES = {
    "t1": ("collect.demand", DEMANDS),
    "t2": ("shortlist.candidate", ["community", "title", "type", "summary", "amount", "remark"]),
    "t3": ("shortlist.plan", ["case", "summary", "amount", "begin", "finish", "leader", "unit"]),
    "t4": ("register.blocklist", ["code", "unit", "person", "cause"]),
}


def tell(text):
    print(text, file=sys.stderr, flush=True)


def has(module):
    return importlib.util.find_spec(module) is not None


class Table:
    """The rows that are printed."""

    def __init__(self):
        self.rows, self.notes = [], []

    def add(self, job, peer, found, goal, unit="s", note=""):
        scale = 1000 if unit == "ms" else 1
        ours = f"{found.wall(found.ours) * scale:.3g} ({found.cpu(found.ours) * scale:.3g})"
        theirs = f"{found.wall(found.peer) * scale:.3g} ({found.cpu(found.peer) * scale:.3g})"
        row = [job, peer, f"{ours} {unit}", f"{theirs} {unit}", f"**{found.wall_ratio():.3g}**",
               f"**{found.cpu_ratio():.3g}**", goal, f"{found.peak() / 1024:.0f} MB{note}"]
        self.rows.append(row)
        tell("  " + " | ".join(row))

    def skip(self, job, why):
        self.notes.append(f"- left out: {job}: {why}")
        tell(f"  left out: {job}: {why}")

    def print(self):
        heads = ["job", "peer", "ours: wall (CPU)", "peer: wall (CPU)", "wall ratio", "CPU ratio",
                 "goal", "our peak memory"]
        print("| " + " | ".join(heads) + " |")
        print("|" + "---|" * len(heads))
        for row in self.rows:
            print("| " + " | ".join(row) + " |")
        if self.notes:
            print("\n" + "\n".join(self.notes))


class Compare:
    def __init__(self, args):
        self.args, self.table = args, Table()
        self.bin = args.bin
        self.data = Data(args.work, os.environ["COMPARE_GENERATE"], args.bin)
        self.sqlite = shutil.which("sqlite3")
        self.largest = 1_000_000 if args.large else args.cases

    def tool(self, ledger, *words):
        return [self.bin, "--ledger", ledger, "--actor", "bench", "--quiet", *words]

    def needs(self, job, *tools):
        missing = [t for t in tools if t == "sqlite3" and not self.sqlite
                   or t == "xlsx2csv" and not shutil.which(t)
                   or t in ("duckdb", "pyarrow", "xlsxwriter") and not has(t)]
        if missing:
            self.table.skip(job, f"{', '.join(missing)} not found")
        return not missing

    # one step as a process

    def progress(self, ledger, case, n):
        note = f"按计划推进，第{n}次查看"
        return self.tool(ledger, "implement", "progress", case, "--date", "2022-06-20", "--note", note,
                         "--as-of", "2023-07-01")

    def step(self):
        if not self.needs("one step as a process", "sqlite3"):
            return
        times = self.args.times * 20
        source = self.data.ledger(2_000)
        small = self.data.fresh(source, "step-small.db")
        case = begun(source, 1)[0]
        for mode, extra in [("WAL, synchronous FULL", "PRAGMA journal_mode=WAL"),
                            ("rollback journal, synchronous EXTRA", "PRAGMA journal_mode=DELETE")]:
            peer = self.data.fresh(None, "step-peer.db")
            sqlite3.connect(peer).executescript(extra + ";" + STEP_TABLE).close()
            sync = "FULL" if "WAL" in mode else "EXTRA"
            insert = (f"PRAGMA synchronous={sync}; INSERT INTO event (step, subject, payload) VALUES "
                      "('implement.progress', 'AAAA2022-001', '{\"note\":\"按计划推进\"}')")
            found = pairs(lambda n: run(self.progress(small, case, f"{sync}{n}")),
                          lambda _: run([self.sqlite, peer, insert]), times)
            self.table.add("one step as a process, durable", f"`sqlite3`, one durable INSERT ({mode})",
                           found, "<= 0.8", "ms")
        source = self.data.ledger(self.largest)
        large = self.data.fresh(source, "step-large.db")
        other = begun(source, 1)[0]
        found = pairs(lambda n: run(self.progress(large, other, f"g{n}")),
                      lambda n: run(self.progress(small, case, f"g{n}")), times)
        self.table.add(f"one step, ledger of {self.largest:,} cases", "itself, ledger of 2,000 cases",
                       found, "<= 1.1", "ms")
        os.remove(large)

    def record(self):
        source = self.data.ledger(2_000)
        cases = begun(source, 1000)
        steps = self.data.path("steps.jsonl")
        with open(steps, "w", encoding="utf-8") as file:
            for n, case in enumerate(cases):
                file.write(f'{{"step":"implement.progress","case":"{case}","date":"2022-06-21",'
                           f'"note":"第{n}次查看"}}\n')

        def batch(_):
            ledger = self.data.fresh(source, "record.db")
            return run(self.tool(ledger, "record", steps, "--as-of", "2023-07-01"))

        def loop(_):
            ledger = self.data.fresh(source, "record.db")
            return many([self.progress(ledger, case, n) for n, case in enumerate(cases)])

        found = pairs(batch, loop, 1)
        self.table.add(f"`record` of {len(cases):,} steps in one process",
                       "as many processes", found, "<= 0.02")

    # import

    def load(self, ledger, file, community=COMMUNITIES[0]):
        return self.tool(ledger, "collect", "import", file, "--community", community,
                         "--year", "2022", "--mode", "集中", "--as-is")

    def dot_import(self, file):
        peer = self.data.fresh(None, "import-peer.db")
        cols = ", ".join(f"c{n} TEXT" for n in range(8))
        return [self.sqlite, peer, f"CREATE TABLE t ({cols}); CREATE INDEX i ON t (c5)",
                f".import --csv --skip 1 {file} t"]

    def csv(self):
        if not self.needs("import of CSV", "sqlite3"):
            return
        rows = self.args.rows
        file = self.data.demands(rows)
        empty = self.data.empty()
        found = pairs(lambda _: run(self.load(self.data.fresh(empty, "import.db"), file)),
                      lambda _: run(self.dot_import(file)), self.args.times)
        self.table.add(f"import {rows:,} demand rows from CSV", "`sqlite3 .import`, one index", found,
                       "<= 1.3")
        large = self.data.fresh(self.data.ledger(self.largest), "import-large.db")
        lists = [self.data.demands(rows, seed) for seed in range(2, 2 + self.args.times)]
        # into another community each time, so that no list is compared with the one before
        each = [COMMUNITIES[n % len(COMMUNITIES)] for n in range(self.args.times)]
        found = pairs(lambda n: run(self.load(large, lists[n], each[n])),
                      lambda n: run(self.load(self.data.fresh(empty, "import.db"), lists[n], each[n])),
                      self.args.times)
        self.table.add(f"the same into a ledger of {self.largest:,} cases", "itself, empty ledger",
                       found, "<= 2.5")
        os.remove(large)

    def xlsx(self):
        if not self.needs("import of XLSX", "sqlite3", "xlsxwriter", "xlsx2csv"):
            return
        rows = self.args.rows
        book, empty = self.data.workbook(rows), self.data.empty()
        out = self.data.path("xlsx2csv.csv")
        found = pairs(lambda _: run(self.load(self.data.fresh(empty, "import.db"), book)),
                      lambda _: run(["xlsx2csv", book, out]) + run(self.dot_import(out)),
                      max(1, self.args.times // 2))
        self.table.add(f"import {rows:,} demand rows from XLSX", "xlsx2csv, then `.import`", found,
                       "<= 0.2")

    # audit and verification

    def audit_peers(self, job, words, goals):
        """Ours beside SQLite and, if there is a goal for each, beside DuckDB."""
        ledger = self.data.ledger(self.args.cases)
        ours = lambda _: run(self.tool(ledger, *words), allowed=(0, 1))
        times = self.args.times
        if self.needs(job, "sqlite3"):
            typed, text = self.data.typed(ledger), self.data.sql("queries")
            found = pairs(ours, lambda _: run([self.sqlite, typed, f".read {text}"]), times)
            self.table.add(job, "107 rules as 107 queries in `sqlite3`, typed tables", found, goals[0])
        if len(goals) > 1 and self.needs(job + " (DuckDB)", "duckdb", "pyarrow"):
            for form, peer, goal in [("queries", "the same in DuckDB", goals[1]),
                                     ("fused", "all in one DuckDB query", goals[2])]:
                duck, text = self.data.duck(self.data.typed(ledger)), self.data.sql(form)
                found = pairs(ours, lambda _: self.duck(duck, text), times)
                self.table.add(job, peer, found, goal)

    def agree(self, ledger, typed, text):
        """Both sides must find the same, else their times say nothing."""
        log = self.data.path("audit.json")
        run(self.tool(ledger, *AUDIT, "--from-events"), allowed=(0, 1), log=log)

        def count():
            with open(log, encoding="utf-8") as file:
                findings = json.load(file)["findings"]
            return json.dumps(collections.Counter(
                f["rule"] for f in findings
                if f["scope"] == "case" and f["verdict"] in ("violation", "deviation", "borderline")))

        ours = json.loads(apart(count))
        peer = subprocess.run([self.sqlite, typed, f".read {text}"], capture_output=True, text=True,
                              check=True).stdout
        theirs = dict(line.split("|") for line in peer.split())
        differ = [f"{rule}: {ours.get(rule, 0)} and {theirs[rule]}" for rule in SAME
                  if ours.get(rule, 0) != int(theirs[rule])]
        found = sum(ours.get(rule, 0) for rule in SAME)
        self.table.notes.append(
            f"- DIFFERENT ANSWERS of audit and SQL: {'; '.join(differ)}" if differ else
            f"- audit and SQL agree: {found:,} breaches of {len(SAME)} rules that ask the same of both")

    def duck(self, base, text):
        log = self.data.path("duck.log")
        run([sys.executable, os.path.join(HERE, "duck.py"), "run", base, text], log=log)
        wall, cpu = open(log, encoding="utf-8").read().split()[:2]
        return Run(float(wall), float(cpu))

    def audit(self):
        # what an earlier audit of the same ledger found is kept, and told
        ledger, cases = self.data.ledger(self.args.cases), f"{self.args.cases:,} cases"
        if self.needs("audit", "sqlite3"):
            self.agree(ledger, self.data.typed(ledger), self.data.sql("queries"))
        run(self.tool(ledger, *NUMBERS, "--from-events"), allowed=(0, 1))
        goals = ["<= 0.05", "<= 0.3", "<= 1.0"]
        self.audit_peers(f"audit from what is kept, numbers of each rule, {cases}", NUMBERS, goals)
        self.audit_peers(f"the same, every finding told, {cases}", AUDIT, ["–"])
        if self.needs("audit after one more record", "sqlite3"):
            self.audit_more(ledger, cases)

    def audit_more(self, source, cases):
        """What is kept is brought up each time to one more record."""
        ledger, case = self.data.fresh(source, "audit-more.db"), begun(source, 1)[0]
        typed, text = self.data.typed(source), self.data.sql("queries")
        run(self.tool(ledger, *NUMBERS), allowed=(0, 1))

        def ours(n):
            run(self.progress(ledger, case, f"a{n}"))
            return run(self.tool(ledger, *NUMBERS), allowed=(0, 1))

        found = pairs(ours, lambda _: run([self.sqlite, typed, f".read {text}"]), self.args.times)
        self.table.add(f"audit from what is kept, after one more record, {cases}",
                       "107 rules as 107 queries in `sqlite3`, typed tables", found, "<= 0.05")
        os.remove(ledger)

    def events(self):
        job = f"audit `--from-events`, numbers of each rule, {self.args.cases:,} cases"
        words = [*NUMBERS, "--from-events"]
        self.audit_peers(job, words, ["<= 0.2"])
        cardinal = os.environ.get("CARDINAL") or shutil.which("ocdscardinal")
        if not cardinal:
            self.table.skip(job + " beside Cardinal", "ocdscardinal not found (benches/peers/cardinal.sh)")
            return
        ledger, processes = self.data.ledger(self.args.cases), self.data.processes(self.args.cases)
        settings = self.data.path("cardinal.ini")
        with open(settings, "w", encoding="utf-8") as file:
            file.write("".join(f"[R{n}]\n" for n in
                               ["003", "018", "024", "025", "028", "030", "035", "036", "038", "048", "058"]))
        found = pairs(lambda _: run(self.tool(ledger, *words), allowed=(0, 1)),
                      lambda _: run([cardinal, "indicators", "-s", settings, processes]),
                      self.args.times)
        self.table.add(job, "Cardinal, 11 indicators, as many contracting processes", found, "<= 0.25")

    def verify(self):
        ledger = self.data.ledger(self.args.cases)
        events = sqlite3.connect(ledger).execute("SELECT count(*) FROM event").fetchone()[0]
        if not self.needs("verify", "sqlite3"):
            return
        found = pairs(lambda _: run(self.tool(ledger, "verify")),
                      lambda _: run([self.sqlite, ledger, ".sha3sum"]), self.args.times)
        rate = events / found.cpu(found.ours) / 1e6
        self.table.add(f"verify {events:,} events", "`.sha3sum` of the `sqlite3` CLI", found,
                       "<= 0.45 CPU; >= 2 M events/s", note=f"; {rate:.2g} M events per CPU second")

    # export

    def write(self, ledger, table, ending):
        out = self.data.path(f"out.{ending}")
        where = [] if table == "T4" else ["--community", "AAAA", "--year", "2022"]
        return self.tool(ledger, "export", table, *where, "-o", out, "--force")

    def export(self):
        if not self.needs("export", "sqlite3"):
            return
        rows = self.args.rows
        file, empty = self.data.demands(rows), self.data.empty()
        full = self.data.path(f"imported-{rows}.db")
        if not os.path.exists(full):
            run(self.load(self.data.fresh(empty, f"imported-{rows}.db"), file))
        one = self.data.ledger(2_000, communities=1)
        for name, ledger, tables in [(f"the demand list, {rows:,} rows", full, ["t1"]),
                                     ("the four tables of a district-year, 2,000 cases", one, list(TABLES))]:
            flat = self.data.flat(ledger, {t: TABLES[t] for t in tables})
            csv_out = self.data.path("peer.csv")
            found = pairs(
                lambda _: many([self.write(ledger, t.upper(), "csv") for t in tables]),
                lambda _: many([[self.sqlite, "-csv", flat, f".output {csv_out}", f"SELECT * FROM {t}"]
                                for t in tables]),
                self.args.times)
            self.table.add(f"export {name}, CSV", "`sqlite3 -csv`, flat tables", found, "<= 0.6")
            if not self.needs("export to XLSX", "xlsxwriter"):
                continue
            book, script = self.data.path("peer.xlsx"), os.path.join(HERE, "sheet.py")
            found = pairs(
                lambda _: many([self.write(ledger, t.upper(), "xlsx") for t in tables]),
                lambda _: many([[sys.executable, script, flat, t, book] for t in tables]),
                max(1, self.args.times // 2))
            self.table.add(f"export {name}, XLSX", "Python XlsxWriter, constant memory", found, "<= 0.15")

    # growth

    def growth(self):
        sizes = [2_000, 10_000, 100_000, 1_000_000]
        sizes = [n for n in sizes if n <= self.largest]
        print_rows = []
        for size in sizes:
            ledger = self.data.ledger(size)
            words = self.tool(ledger, *NUMBERS, "--from-events")
            # the largest takes minutes: once
            times = 1 if size == 1_000_000 else self.args.times
            runs = [run(words, allowed=(0, 1)) for _ in range(times)]
            found = Pairs()
            found.ours = runs
            print_rows.append((size, found.wall(runs), found.cpu(runs), found.peak()))
            tell(f"  {size:,} cases: {found.cpu(runs):.3g} s CPU, {found.peak() / 1024:.0f} MB")
        return print_rows


def versions(binary):
    def first(words):
        try:
            text = subprocess.run(words, capture_output=True, text=True, check=False).stdout
            return text.splitlines()[0] if text else ""
        except OSError:
            return ""
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2 ** 30
    parts = [f"{os.cpu_count()} x {cpu}, {memory:.0f} GiB, {platform.system()} {platform.release()}",
             first([binary, "--version"]), first(["rustc", "--version"]),
             "sqlite3 " + first(["sqlite3", "--version"])[:6], "Python " + platform.python_version()]
    for module in ["duckdb", "xlsxwriter", "xlsx2csv"]:
        if has(module):
            version = importlib.import_module(module)
            parts.append(f"{module} {getattr(version, '__version__', '')}".strip())
    load = os.getloadavg()[0]
    return "; ".join(p for p in parts if p) + f"; load at the end {load:.1f}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--cases", type=int)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--times", type=int)
    parser.add_argument("--only", action="append", choices=JOBS)
    parser.add_argument("--work", default=os.environ["COMPARE_WORK"])
    parser.add_argument("--bin", default=os.environ["COMPARE_BIN"])
    args = parser.parse_args()
    args.cases = args.cases or (2_000 if args.quick else 100_000)
    args.rows = args.rows or (10_000 if args.quick else 100_000)
    args.times = args.times or (2 if args.quick else 5)
    args.work, args.bin = os.path.abspath(args.work), os.path.abspath(args.bin)
    compare = Compare(args)
    # what audits keep lies with what is measured
    os.environ["MINSHENG_RESULTS"] = os.path.join(args.work, "results")
    growth = []
    for job in args.only or JOBS:
        tell(job)
        try:
            answer = getattr(compare, job)()
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            compare.table.skip(job, str(error))
            continue
        growth = answer or growth
    compare.table.print()
    if growth:
        base = growth[0][2] / growth[0][0]
        print("\n| cases audited `--from-events` | wall s | CPU s | CPU per case | beside the smallest | peak memory |")
        print("|---|---|---|---|---|---|")
        for size, wall, cpu, peak in growth:
            print(f"| {size:,} | {wall:.3g} | {cpu:.3g} | {cpu / size * 1e6:.0f} µs "
                  f"| {cpu / size / base:.2f} | {peak / 1024:.0f} MB |")
    print(f"\n{versions(args.bin)}")


if __name__ == "__main__":
    main()
