#!/usr/bin/env python3
"""Opens the sealed rows of an evidence bundle of Lantern. Needs Python 3.6 and the program "age" (age-encryption.org).

    python3 open.py KEYFILE           the bundle this file lies in
    python3 open.py KEYFILE FOLDER    another, unpacked

KEYFILE holds the private half of the evidence key (a line AGE-SECRET-KEY-1…). Keep it, and what this prints, off the
hub and out of the house. Prints one line of JSON a row, in the order of the log; exits 1 when a row does not open.
"""
import base64
import json
import os
import subprocess
import sys


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(os.path.abspath(__file__))
    shut = 0
    with open(os.path.join(folder, "events.jsonl"), encoding="utf-8", newline="\n") as lines:
        for row in map(json.loads, lines):
            if row["type"] != "sealed":
                continue
            age = base64.b64decode(json.loads(row["data"])["age"])
            ran = subprocess.run(
                ["age", "--decrypt", "--identity", sys.argv[1]],
                input=age,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            if ran.returncode != 0:
                print("row %d: %s" % (row["seq"], ran.stderr.decode().strip()), file=sys.stderr)
                shut += 1
                continue
            inside = json.loads(ran.stdout)
            opened = {"seq": row["seq"], "at": row["at"], "type": inside["type"], "data": inside["data"]}
            print(json.dumps(opened, ensure_ascii=False))
    sys.exit(1 if shut else 0)


main()
