#!/usr/bin/env python3
"""Checks a signed certificate (copy.json or certificate.json) without the program that wrote it.

    python3 verify.py FILE [KEY]

KEY is the key as the paper shows it, 64 digits of hex, spaces or none. Needs Python 3 and openssl, nothing else.

What is signed, with Ed25519: the line `lantern-certificate-1`, a line feed, and the member "certificate" as canonical
JSON (RFC 8785: keys sorted, no spaces) in UTF-8.
"""

import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path

# SubjectPublicKeyInfo of an Ed25519 key (RFC 8410), up to the 32 bytes of the key.
SPKI = bytes.fromhex("302a300506032b6570032100")


def main(file, wanted):
    signed = json.loads(Path(file).read_text("utf-8"))
    key = signed["key"]
    body = json.dumps(signed["certificate"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with tempfile.TemporaryDirectory() as folder:
        data, signature, public = (Path(folder) / name for name in ("data", "signature", "key.pem"))
        data.write_bytes(b"lantern-certificate-1\n" + body.encode("utf-8"))
        signature.write_bytes(bytes.fromhex(signed["signature"]))
        der = base64.b64encode(SPKI + bytes.fromhex(key)).decode("ascii")
        public.write_text(f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
        words = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", data, "-sigfile", signature]
        fits = subprocess.run(words, capture_output=True).returncode == 0
    if not fits:
        return "the signature does not fit: what it says is not what was signed"
    if wanted is not None and wanted != key:
        return f"it is signed, but with another key: {key}"
    print("ok")
    return None


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], "".join(sys.argv[2:]).replace(" ", "").lower() or None))
