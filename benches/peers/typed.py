"""Extracts typed tables, clustered by case, from a ledger: what somebody has to do before
SQL can ask anything. `typed.py LEDGER OUT.db`; the time it takes is not counted in any row.

Days are integers (days since 1970), money is fen, flags are 0 and 1, a list of words is one flag for
each word that a rule asks for: the best case for the SQL engines.
"""

import json
import re
import sqlite3
import sys
from datetime import date

EPOCH = date(1970, 1, 1).toordinal()
CASE = re.compile(r"^([A-Z]{1,8})(\d{4})-(\d+)$")
RENAMED = {"start": "start_day", "end": "end_day", "by": "by_body", "to": "to_body",
           "final": "is_final", "type": "kind", "for": "votes_for", "number": "no", "date": "day"}

# step -> fields: d day, m money, t text, i number, b flag, n length of a list, p person,
# f(words) flags of a list
TABLES = {
    "shortlist.candidate": "date:d amount:m type:t category:t meeting:t title:t summary:t "
                           "eligibility:t organiser:t demands:n beneficiaries:n batch:i",
    "shortlist.consult": "start:d end:d lead:t affected:i informed:i agreed:i informing:t "
                         "site_date:d site_place:t support:f(committee)",
    "shortlist.consent": "date:d source:t agrees:b who:p",
    "shortlist.screen": "date:d over_limit:b investment:b fixed_asset:b budgeted:b office:b "
                        "public_duty:b other_duty:b ineligible:b",
    "shortlist.plan": "date:d by:t amount:m begin:d finish:d summary:t leader:p leader_phone:p "
                      "leader_kind:t team:n unit:t",
    "shortlist.search": "date:d searched:f(city|district) item:t",
    "shortlist.design": "date:d organiser:t content:t time:t place:t amount:m served:t benefit:t",
    "shortlist.follow": "date:d note:t",
    "shortlist.review": "date:d kind:t lead:t support:f(committee) "
                        "heard:f(proposer|leader|two-reps|resident-rep|served-rep) "
                        "covers:f(necessity|reasonableness|content|time|place|funds|served) "
                        "provider:t outcome:t",
    "shortlist.file": "date:d by:t to:t",
    "publicize.post": "start:d end:d by:t online:n offline:f(board|site|building) "
                      "content:f(time|place|served|benefit|leader-name|leader-contact)",
    "publicize.notify": "date:d demand:t how:t unreachable:t",
    "implement.emergency": "date:d by:t cause:t document:t amount:m type:t",
    "implement.report": "date:d channel:t",
    "implement.determine": "date:d by:t responsible:t central:b budget:m fund_year:i fund_level:t",
    "implement.platform": "date:d number:t",
    "implement.procure": "date:d purchaser:t head:p plan:t documents:t central:b route:t method:t "
                         "converted:b team:n market_date:d "
                         "needs:f(need-bidders|need-function|need-quality|need-quantity|"
                         "need-acceptance) market:f(suppliers|specifications|prices)",
    "implement.award": "date:d unit:t confirmed:b decision:t published:d",
    "implement.contract": "signed:d unit:t amount:m number:t qualification:t staff:b material:b "
                          "review:t announced:d filed:d",
    "implement.works": "date:d kind:t nature:t investment:m area:i small:b",
    "implement.cost": "phase:t date:d agency:t amount:m own:d",
    "implement.commission": "kind:t date:d estimate:m unit:t qualification:t flow:b document:t",
    "implement.safety": "date:d body:t receipt:t",
    "implement.placard": "date:d papers:f(receipt|pledge|risk)",
    "implement.start": "date:d",
    "implement.sign": "date:d items:f(logo|name|introduction|builder|time|hotline)",
    "implement.progress": "date:d note:t",
    "implement.complete": "date:d",
    "implement.pay": "date:d amount:m final:b payer:t",
    "implement.archive": "date:d papers:f(application|third-party|payment|procurement) whole:b",
    "accept.record": "date:d organiser:t groups:f(proposer|resident-rep) result:t completion:b "
                     "route:t contract:t report:t report_date:d confirmed_body:d confirmed_unit:d",
    "accept.announce": "date:d channel:t",
    "accept.settle": "date:d amount:m report:t",
    "accept.use": "date:d",
    "evaluate.daily": "date:d organiser:t who:p method:t satisfaction:t fit:t",
    "evaluate.supplier": "date:d performance:t benefit:t",
    "evaluate.file": "date:d to:t",
}


def days(text):
    return date.fromisoformat(text[:10]).toordinal() - EPOCH if text else None


def fen(text):
    return int(text.replace(".", "")) if text else None


def person(value):
    return value["personal"] if value else None


READ = {"d": days, "m": fen, "t": lambda v: v, "i": lambda v: v, "p": person,
        "b": lambda v: None if v is None else int(v), "n": lambda v: len(v or ())}
TYPES = {"d": "INTEGER", "m": "INTEGER", "i": "INTEGER", "b": "INTEGER", "n": "INTEGER",
         "t": "TEXT", "p": "TEXT"}


def columns(spec):
    """The columns of a table: name, type, field, reader, word."""
    for field in spec.split():
        name, kind = field.split(":", 1)
        column = RENAMED.get(name, name)
        if kind.startswith("f("):
            for word in kind[2:-1].split("|"):
                yield f"{column}__{word.replace('-', '_')}", "INTEGER", name, None, word
        else:
            yield column, TYPES[kind], name, READ[kind], None


def extract(ledger, out):
    source = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    target = sqlite3.connect(out)
    target.execute("PRAGMA synchronous=OFF")
    target.execute("PRAGMA journal_mode=OFF")
    subjects = source.execute(
        "SELECT DISTINCT subject FROM event WHERE step IN ('shortlist.candidate', 'implement.emergency')"
        " ORDER BY subject")
    cases = {}
    target.execute("CREATE TABLE cases (c INTEGER PRIMARY KEY, id TEXT, community TEXT, year INTEGER)")
    for (subject,) in subjects:
        found = CASE.match(subject)
        if found:
            cases[subject] = len(cases)
            target.execute("INSERT INTO cases VALUES (?, ?, ?, ?)",
                           (cases[subject], subject, found[1], int(found[2])))
    for step, spec in TABLES.items():
        table, cols = step.replace(".", "_"), list(columns(spec))
        names = ", ".join(f"{c[0]} {c[1]}" for c in cols)
        target.execute(f"CREATE TABLE {table} (c INTEGER, n INTEGER, {names}, PRIMARY KEY (c, n)) "
                       "WITHOUT ROWID")
        rows, number = [], {}
        for subject, payload in source.execute(
                "SELECT subject, payload FROM event WHERE step = ? ORDER BY id", (step,)):
            case = cases.get(subject)
            if case is None:
                continue
            values = json.loads(payload)
            n = number.get(case, 0)
            number[case] = n + 1
            row = [case, n]
            for _, _, field, read, word in cols:
                value = values.get(field)
                row.append(read(value) if word is None
                           else None if value is None else int(word in value))
            rows.append(row)
        rows.sort(key=lambda row: row[:2])
        marks = ", ".join("?" * (len(cols) + 2))
        target.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    target.commit()
    target.execute("ANALYZE")
    target.close()


if __name__ == "__main__":
    extract(sys.argv[1], sys.argv[2])
