"""What the jobs work on: made-up ledgers, demand lists, flat tables, contracting processes."""

import csv
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys

from measure import apart

HERE = os.path.dirname(os.path.abspath(__file__))
HEADINGS = ["项目名称", "项目类型", "需求概述", "需求理由", "提议人", "联系方式", "提出日期", "备注"]

# the first communities of a made-up district
COMMUNITIES = [f"AAA{letter}" for letter in "ABCDEFGHIJ"]


class Data:
    """Files in a work folder, made once."""

    def __init__(self, work, generate, binary):
        self.work, self.generate, self.binary = work, generate, binary
        os.makedirs(work, exist_ok=True)

    def path(self, name):
        return os.path.join(self.work, name)

    def made(self, name, make):
        """A file that `make` writes, unless it is there."""
        path = self.path(name)
        if not os.path.exists(path):
            print(f"  making {name}", file=sys.stderr)
            part = path + ".part"
            if os.path.exists(part):
                os.remove(part)
            apart(lambda: make(part))
            os.replace(part, path)
        return path

    def fresh(self, source, name):
        """A copy to write to."""
        path = self.path(name)
        for old in (path, path + "-journal", path + "-wal", path + "-shm"):
            if os.path.exists(old):
                os.remove(old)
        if source:
            shutil.copyfile(source, path)
        return path

    def ledger(self, cases, communities=None):
        """A ledger of so many cases of the year 2022."""
        words = [self.generate, "--cases", str(cases), "--year", "2022"]
        if communities:
            words += ["--communities", str(communities)]
        name = f"made-{cases}{'-one' if communities else ''}.db"
        return self.made(name, lambda out: quiet(words + ["--out", out]))

    def empty(self):
        """A ledger of some communities without anything."""
        def make(out):
            tool = [self.binary, "--ledger", out, "--actor", "bench"]
            quiet(tool + ["init", "--regime", "nanshan-2020", "--origin", "EMPTY"])
            for code in COMMUNITIES:
                quiet(tool + ["register", "community", code, "--name", f"示例社区{code}",
                              "--street", "示例街道", "--date", "2020-09-10"])
        return self.made("empty-communities.db", make)

    def typed(self, ledger):
        name = os.path.basename(ledger).replace(".db", ".typed.db")
        script = os.path.join(HERE, "typed.py")
        return self.made(name, lambda out: quiet([sys.executable, script, ledger, out]))

    def duck(self, typed):
        name = os.path.basename(typed).replace(".typed.db", ".duckdb")
        script = os.path.join(HERE, "duck.py")
        return self.made(name, lambda out: quiet([sys.executable, script, "load", typed, out]))

    def sql(self, form):
        def make(out):
            script = os.path.join(HERE, "rules.py")
            with open(out, "w", encoding="utf-8") as file:
                subprocess.run([sys.executable, script, form], stdout=file, check=True)
        # written anew each time: the rules may have changed
        path = self.path(f"{form}.sql")
        make(path)
        return path

    def demands(self, rows, seed=1):
        """A demand list as CSV, about 160 bytes a row."""
        def make(out):
            with open(out, "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(HEADINGS)
                writer.writerows(demand_rows(rows, seed))
        return self.made(f"demands-{rows}-{seed}.csv", make)

    def workbook(self, rows):
        """The same list as a workbook."""
        def make(out):
            import xlsxwriter

            book = xlsxwriter.Workbook(out)
            sheet = book.add_worksheet("需求")
            sheet.write_row(0, 0, HEADINGS)
            for n, row in enumerate(demand_rows(rows, 1)):
                sheet.write_row(n + 1, 0, row)
            book.close()
        return self.made(f"demands-{rows}.xlsx", make)

    def flat(self, source, tables):
        """The official tables as flat SQL tables: what the peers export."""
        name = os.path.basename(source).replace(".db", ".flat.db")

        def make(out):
            read = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
            write = sqlite3.connect(out)
            for table, (step, fields) in tables.items():
                cols = ", ".join(f"c{n} TEXT" for n in range(len(fields) + 1))
                write.execute(f"CREATE TABLE {table} ({cols})")
                paths = ", ".join(
                    f"(SELECT value FROM personal WHERE token = payload ->> '$.{f}.personal')"
                    if f in ("proposer", "phone", "leader", "person") else f"payload ->> '$.{f}'"
                    for f in fields)
                found = read.execute(
                    f"SELECT row_number() OVER (ORDER BY id), {paths} FROM event WHERE step = ?", (step,))
                marks = ", ".join("?" * (len(fields) + 1))
                write.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
            write.commit()
        return self.made(name, make)

    def processes(self, count):
        """Contracting processes of OCDS, compiled, of the shape of a project."""
        return self.made(f"ocds-{count}.jsonl", lambda out: ocds(out, count))


def quiet(words):
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def demand_rows(rows, seed):
    draw = random.Random(seed)
    kinds = ["服务类", "服务类", "服务类", "服务类", "工程类", "货物类"]
    for n in range(rows):
        yield [f"楼道照明改造{n % 997}期", draw.choice(kinds),
               "希望在本小区开展，已有多位居民提出", "居民反映较多，周边没有同类项目",
               f"居民{seed}{n}", f"13{seed % 10}{n:08d}",
               f"2022-06-{draw.randint(1, 20):02d}", ""]


def ocds(out, count):
    draw = random.Random(1)
    with open(out, "w", encoding="utf-8") as file:
        for n in range(count):
            amount = draw.randint(30_000, 240_000)
            parties = [{"id": f"B{draw.randint(1, count // 10 + 1)}", "name": f"供应商{i}号有限公司",
                        "roles": ["tenderer"]} for i in range(3)]
            bids = [{"id": str(i), "status": "valid", "date": "2022-02-10T00:00:00Z",
                     "value": {"amount": amount * (1 + i / 20), "currency": "CNY"},
                     "tenderers": [{"id": p["id"], "name": p["name"]}]}
                    for i, p in enumerate(parties)]
            paid = [{"id": str(i), "date": f"2022-0{i + 4}-15T00:00:00Z",
                     "value": {"amount": amount / 4, "currency": "CNY"}} for i in range(4)]
            file.write(json.dumps({
                "ocid": f"ocds-made-{n}", "id": str(n), "date": "2022-07-01T00:00:00Z",
                "tag": ["compiled"], "language": "zh", "initiationType": "tender",
                "buyer": {"id": f"C{n // 20}", "name": f"社区{n // 20}党委"},
                "parties": parties,
                "planning": {"rationale": "居民关注度高、受益面广", "budget": {
                    "amount": {"amount": amount, "currency": "CNY"}}},
                "tender": {"id": str(n), "title": f"楼道照明改造{n}", "status": "complete",
                           "procurementMethod": "selective", "numberOfTenderers": 3,
                           "procuringEntity": {"id": f"C{n // 20}", "name": f"社区{n // 20}党委"},
                           "tenderPeriod": {"startDate": "2022-02-01T00:00:00Z",
                                            "endDate": "2022-02-12T00:00:00Z"},
                           "awardPeriod": {"startDate": "2022-02-14T00:00:00Z"},
                           "items": [{"id": "1", "description": "照明", "quantity": 20,
                                      "classification": {"scheme": "CPV", "id": "31500000"}}]},
                "bids": {"details": bids},
                "awards": [{"id": "1", "status": "active", "date": "2022-02-24T00:00:00Z",
                            "value": bids[0]["value"], "suppliers": bids[0]["tenderers"],
                            "items": [{"id": "1", "classification": {"scheme": "CPV", "id": "31500000"}}]}],
                "contracts": [{"id": "1", "awardID": "1", "status": "terminated",
                               "dateSigned": "2022-02-25T00:00:00Z", "value": bids[0]["value"],
                               "period": {"startDate": "2022-03-01T00:00:00Z",
                                          "endDate": "2022-08-31T00:00:00Z"},
                               "implementation": {"transactions": paid}}],
            }, ensure_ascii=False) + "\n")


def begun(ledger, count):
    """Cases whose work has begun."""
    read = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    found = read.execute("SELECT subject FROM event WHERE step = 'implement.start' LIMIT ?", (count,))
    return [row[0] for row in found]
