#!/usr/bin/env python3
"""A second verifier, written from the format in README.md alone, with nothing but Python 3.

    python3 tools/verify.py LEDGER [--against FILE]... [--fingerprint SIZE=PRINT]...
                            [--verifier-key KEY] [--schema schema.sql]

Says "ok" and ends with 0, or names what is wrong and ends with 3; 2 if it cannot look.
It checks everything that facts rest on: header, schema (if schema.sql is given or stands beside
the folder of this script), chains, received chains, personal values, evidence, checkpoints and
their signatures. It does not check the derived table `mention`, which no fact rests on.
"""
import argparse
import base64
import hashlib
import json
import os
import re
import sqlite3
import sys

ZEROS = "0" * 64
TOKEN = re.compile(r"[0-9a-f]{64}")


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def netstring(text):
    data = text.encode()
    return b"%d:%s," % (len(data), data)


def event_hash(previous, origin, seq, step, subject, occurred, recorded_at, actor, payload):
    parts = [previous, origin, str(seq), step, subject, occurred, recorded_at, actor, payload]
    return sha256(b"minsheng.event/1\n", *map(netstring, parts))


def root(leaves):
    """The Merkle root of RFC 6962 over event hashes."""
    if not leaves:
        return sha256()
    row = [sha256(b"\0", leaf) for leaf in leaves]
    while len(row) > 1:
        pairs = [sha256(b"\1", row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = pairs + row[len(row) - len(row) % 2:]
    return row[0]


def body(origin, size, value):
    return f"{origin}\n{size}\n{base64.b64encode(value).decode()}\n"


def fingerprint(text):
    return sha256(text.encode()).hex()[:32]


def tokens(value):
    if isinstance(value, list):
        for item in value:
            yield from tokens(item)
    elif isinstance(value, dict):
        token = value.get("personal")
        if isinstance(token, str):
            if TOKEN.fullmatch(token):
                yield token
        else:
            for item in value.values():
                yield from tokens(item)


def whole(number):
    return type(number) is int and -2**63 <= number < 2**63


def parse(payload):
    """A payload: an object of JSON, nested less than 128 deep."""
    depth = 0
    for mark in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', payload, re.S):
        depth += (mark in "[{") - (mark in "]}")
        if depth > 127:
            raise ValueError("nested too deep")

    def no_number(text):
        raise ValueError(text)

    values = json.loads(payload, parse_constant=no_number)
    if not isinstance(values, dict):
        raise ValueError("no object")
    return values


# Ed25519 (RFC 8032), verification only

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def decompress(data):
    y = int.from_bytes(data, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P:
        raise ValueError("no point")
    if x & 1 != data[31] >> 7:
        x = P - x
    return (x, y, 1, x * y % P)


def add(a, b):
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_fits(key, signature, text):
    try:
        r, a = decompress(signature[:32]), decompress(key)
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(k, a))
    same = lambda i: (left[i] * right[2] - right[i] * left[2]) % P == 0
    return s < L and same(0) and same(1)


def signed_text(note, verifier):
    """The text of a C2SP signed note, if the key signed it."""
    name, key_id, key = verifier.strip().split("+", 2)
    key = base64.b64decode(key)
    if sha256(name.encode(), b"\n", key)[:4].hex() != key_id or key[0] != 1:
        raise ValueError("no verifier key")
    text, signatures = note.replace("\r\n", "\n").rsplit("\n\n", 1)
    text += "\n"
    for line in signatures.splitlines():
        mark, signer, data = line.split(" ", 2)
        data = base64.b64decode(data)
        if mark == "\u2014" and signer == name and data[:4].hex() == key_id:
            if not signature_fits(key[1:], data[4:], text.encode()):
                raise ValueError("the signature does not fit")
            return text
    raise ValueError("not signed by this key")


class Checker:
    def __init__(self, path, schema):
        self.path, self.schema, self.faults = path, schema, []
        self.chains, self.own = {}, None
        # token -> where it stands; chain -> up to which event its values were kept back
        self.named, self.withheld, self.erased, self.received = {}, {}, set(), []
        # chain and number of what names a copy, of what erases one, of what receives a chain
        self.naming, self.erasing, self.receipts = {}, {}, {}

    def fault(self, text):
        self.faults.append(text)

    def read(self):
        # a write that was cut off is rolled back by who opens for writing, not by a verifier
        mode = "ro" if os.path.exists(self.path + "-journal") else "ro&immutable=1"
        self.db = sqlite3.connect(f"file:{os.path.abspath(self.path)}?mode={mode}", uri=True)
        application, = self.db.execute("PRAGMA application_id").fetchone()
        version, = self.db.execute("PRAGMA user_version").fetchone()
        if application != 0x4D53484C:
            self.fault("application_id")
        self.format = version & 0xFFFF
        if version not in (1, 65538):
            self.fault(f"user_version {version}")
        for line, in self.db.execute("PRAGMA integrity_check(20)"):
            if line != "ok":
                self.fault(f"integrity: {line}")
        self.check_schema()
        self.walk()
        self.personal()
        for by, origin, size, head in self.received:
            chain = self.chains.get(origin, [])
            if not 0 < size <= len(chain):
                fits = by != self.own
            else:
                fits = chain[size - 1].hex() == head
            if not fits:
                self.fault(f"received {origin} {size}: not here as it was")
        for digest in sorted(self.naming):
            if any(not self.covered(digest, place) for place in self.naming[digest]):
                self.file(digest)

    def check_schema(self):
        if self.schema is None:
            return
        fresh = sqlite3.connect(":memory:")
        with open(self.schema, encoding="utf-8") as file:
            fresh.executescript(file.read())
        query = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
        wanted, found = dict(fresh.execute(query)), dict(self.db.execute(query))
        if self.format == 1:  # the two objects that format 2 added
            wanted = {n: s for n, s in wanted.items()
                      if n not in ("index event_erase", "trigger personal_goes_on_record")}
        for name in sorted(set(wanted) | set(found)):
            if wanted.get(name) != found.get(name):
                self.fault(f"schema: {name}")

    def walk(self):
        self.own = self.db.execute("SELECT name FROM origin WHERE id = 1").fetchone()[0]
        last = 0
        for row in self.db.execute(
                "SELECT e.id, o.name, e.seq, e.step, e.subject, e.occurred, e.recorded_at,"
                " e.actor, e.payload, e.hash FROM event e JOIN origin o ON o.id = e.origin"
                " ORDER BY e.id"):
            arrival, origin, seq, step, subject, occurred, at, actor, payload, stored = row
            chain = self.chains.setdefault(origin, [])
            previous = chain[-1].hex() if chain else ZEROS
            if arrival != last + 1 or seq != len(chain) + 1:
                self.fault(f"{origin} {seq}: the order breaks")
            elif event_hash(previous, origin, seq, step, subject, occurred, at, actor, payload) != stored:
                self.fault(f"{origin} {seq}: the hash does not fit")
            last = arrival
            chain.append(stored)
            self.said(origin, seq, step, payload)

    def said(self, origin, seq, step, payload):
        try:
            values = parse(payload)
        except (ValueError, RecursionError):
            self.fault(f"{origin} {seq}: the payload cannot be read as JSON")
            values = {}
        for token in tokens(values):
            self.named.setdefault(token, []).append((origin, seq))
        if step == "erase":
            listed = values.get("tokens")
            for token in listed if isinstance(listed, list) else []:
                if isinstance(token, str) and TOKEN.fullmatch(token):
                    self.erased.add(token)
                    self.erasing.setdefault(token, []).append((origin, seq))
        elif step == "ledger.receive":
            chain, size, head = (values.get(name) for name in ("origin", "size", "head"))
            if not (isinstance(chain, str) and whole(size) and isinstance(head, str)):
                self.fault(f"{origin} {seq}: what was received is not said")
                return
            self.received.append((origin, chain, size, head))
            if values.get("withheld") is True:
                self.withheld[chain] = max(size, self.withheld.get(chain, 0))
            self.receipts.setdefault((origin, chain), []).append((seq, size))
        elif step in ("attach", "register.document") and whole(values.get("size")):
            digest = values.get("digest")
            if isinstance(digest, str) and TOKEN.fullmatch(digest):
                self.naming.setdefault(digest, []).append((origin, seq))

    def covered(self, digest, place):
        """Some erasure covers the event: it stands before it in its own chain, or in what
        the erasing chain had received of another one."""
        origin, seq = place
        for chain, at in self.erasing.get(digest, []):
            if chain == origin:
                size = at - 1
            else:
                sizes = [n for s, n in self.receipts.get((chain, origin), []) if s < at]
                size = sizes[-1] if sizes else 0
            if seq <= size:
                return True
        return False

    def personal(self):
        stored = set()
        for token, salt, value in self.db.execute("SELECT token, salt, value FROM personal"):
            stored.add(token)
            if sha256(salt, value.encode()).hex() != token:
                self.fault("a personal value does not match its token")
        gone = set(self.named) - stored - self.erased
        if self.format >= 2 and any(seq > self.withheld.get(origin, 0)
                                    for token in gone for origin, seq in self.named[token]):
            self.fault("a personal value is gone without an erasure on record")
        if self.erased & stored:
            self.fault("a personal value is there although it was erased")

    def file(self, digest):
        path = os.path.join(self.path + ".evidence", "sha256", digest[:2], digest)
        try:
            with open(path, "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != digest:
                    self.fault(f"evidence {digest}: altered")
        except OSError:
            self.fault(f"evidence {digest}: missing")

    def anchor(self, origin, size, fits):
        chain = self.chains.get(origin)
        if chain is None or len(chain) < size:
            self.fault(f"checkpoint of {origin}, {size} events: there are {len(chain or [])}")
        elif not fits(body(origin, size, root(chain[:size]))):
            self.fault(f"checkpoint of {origin}, {size} events: the history is another one")


def checkpoint(text):
    """Origin, size and root of the three lines."""
    origin, size, value = [line.strip() for line in text.lstrip("\ufeff").splitlines()[:3]]
    value = base64.b64decode(value, validate=True)
    if not origin or not re.fullmatch("[0-9]{1,18}", size) or len(value) != 32:
        raise ValueError("no checkpoint")
    return origin, size, value


def main():
    parser = argparse.ArgumentParser(description="second verifier of minsheng ledgers")
    parser.add_argument("ledger")
    parser.add_argument("--against", action="append", default=[])
    parser.add_argument("--fingerprint", action="append", default=[])
    parser.add_argument("--verifier-key")
    parser.add_argument("--schema")
    args = parser.parse_args()
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema.sql")
    checker = Checker(args.ledger, args.schema or (beside if os.path.exists(beside) else None))
    if not os.path.isfile(args.ledger):
        sys.exit(2)
    try:
        checker.read()
    except (sqlite3.Error, UnicodeDecodeError, TypeError, OverflowError, KeyError,
            ValueError, RecursionError) as error:
        checker.fault(f"cannot be read: {error}")
    roots = {}
    for path in args.against:
        try:
            with open(path, encoding="utf-8", newline="") as file:
                text = file.read()
        except (OSError, ValueError) as error:
            print(f"{path}: 读不到校验点文件 / cannot be read: {error}")
            sys.exit(2)
        if args.verifier_key:
            try:
                text = signed_text(text, args.verifier_key)
            except ValueError as error:
                print(f"{path}: {error}")
                sys.exit(2)
        try:
            origin, size, value = checkpoint(text)
        except ValueError:
            print(f"{path}: 不是校验点文件，应为 minsheng checkpoint 输出的前三行 / "
                  "is no checkpoint, it must begin with the three lines of minsheng checkpoint")
            sys.exit(2)
        if roots.setdefault((origin, size), value) != value:
            checker.fault(f"two checkpoints of {origin}, {size} events contradict each other")
        checker.anchor(origin, int(size), lambda found, o=origin, s=int(size), v=value: found == body(o, s, v))
    for text in args.fingerprint:
        size, wanted = text.split("=", 1)
        wanted = re.sub(r"[^0-9a-f]", "", wanted.lower())
        checker.anchor(checker.own, int(size), lambda found: fingerprint(found) == wanted)
    for origin, chain in checker.chains.items():
        print(origin, len(chain), chain[-1].hex() if chain else ZEROS)
    for fault in checker.faults:
        print("fault:", fault)
    print("not ok" if checker.faults else "ok")
    sys.exit(3 if checker.faults else 0)


if __name__ == "__main__":
    main()
