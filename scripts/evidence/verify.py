#!/usr/bin/env python3
"""Checks an evidence bundle of Lantern. Needs Python 3.6 or newer and nothing else.

    python3 verify.py              check the bundle this file lies in
    python3 verify.py FOLDER       check another, unpacked
    python3 verify.py --head HASH  also: was HASH the head of this log once? (a head that was noted down earlier)

Prints "ok" and what was checked, and exits 0; or says the first thing that is wrong and exits 1.

How the chain is made: the hash of a row is the SHA-256, in small hex digits, of the UTF-8 bytes of the hash before it
(64 zeros before the first row), a line feed, and "seq|at|clock|monotonicMs|boot|type|data", where data is the text that
stands in the row, not what it means. So no row can be changed, taken out or put in between without changing every hash
after it.
"""
import argparse
import hashlib
import json
import os
import sys


def wrong(what):
    print(what)
    sys.exit(1)


def rows(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except ValueError:
                wrong("events.jsonl, line %d cannot be read" % number)


def check_files(folder):
    """Every file is the one that was packed."""
    count = 0
    with open(os.path.join(folder, "SHA256SUMS"), encoding="utf-8") as sums:
        for line in sums:
            wanted, name = line.rstrip("\n").split("  ", 1)
            with open(os.path.join(folder, name), "rb") as file:
                digest = hashlib.sha256()
                for piece in iter(lambda: file.read(65536), b""):
                    digest.update(piece)
            if digest.hexdigest() != wanted:
                wrong("%s is not the file that was packed" % name)
            count += 1
    return count


def check_chain(folder, noted):
    """Every row follows from the one before."""
    previous, seq, local, met = "0" * 64, 0, 0, noted is None
    for row in rows(os.path.join(folder, "events.jsonl")):
        seq += 1
        try:
            if row["seq"] != seq:
                wrong("row %d is missing" % seq)
            parts = [row[name] for name in ("seq", "at", "clock", "monotonicMs", "boot", "type", "data")]
            text = previous + "\n" + "|".join(str(part) for part in parts)
            if hashlib.sha256(text.encode("utf-8")).hexdigest() != row["hash"]:
                wrong("row %d or its hash was changed, or a row before it was replaced" % seq)
            if row["type"] != "sealed":
                local += 1
            if row["local"] != (None if row["type"] == "sealed" else local):
                wrong("row %d has the wrong number in the local view" % seq)
        except (KeyError, TypeError):
            wrong("row %d cannot be read" % seq)
        previous = row["hash"]
        met = met or previous == noted
    if not met:
        wrong("%s was never the head of this log: it is another one, or was written anew" % noted)
    return seq, previous


def main():
    reader = argparse.ArgumentParser(description="Checks an evidence bundle of Lantern.")
    reader.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    reader.add_argument("--head", help="a head that was noted down earlier")
    given = reader.parse_args()
    try:
        seq, last = check_chain(given.folder, given.head)
        with open(os.path.join(given.folder, "head.json"), encoding="utf-8") as file:
            head = json.load(file)
        if (head["seq"], head["hash"]) != (seq, last):
            wrong("head.json names row %s, and the rows end with %d: rows were cut off" % (head["seq"], seq))
        files = check_files(given.folder)
    except OSError as error:
        wrong(str(error))
    print("ok: %d rows, each follows from the one before; %d files as they were packed" % (seq, files))
    print("head: row %d, %s" % (seq, last))


main()
