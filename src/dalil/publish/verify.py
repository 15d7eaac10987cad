"""Checks a case file (case-file.md) with Python 3.8 and OpenSSL 3 alone. Take this and all keys from elsewhere."""
import argparse, base64, calendar, json, pathlib, re, subprocess, sys, tempfile, time
from hashlib import sha256
LINE = re.compile(rb'\{"act":"(\w+)","at":"[\dT:.-]{26}Z","sd":\["([\w",-]+)"\],"sd_alg":"sha-256","seq":(\d+),"v":1\}')
def need(truth, what):
    if not truth: raise ValueError(what)
def listing(top):  # every file with its SHA-256; no path is ever taken from a manifest, and no link is followed
    for path in sorted(top.rglob("*")):
        name, digest = path.relative_to(top).as_posix(), sha256()
        need(re.fullmatch(r"[A-Za-z0-9_./-]+", name), "a name that no case file holds: " + ascii(name))
        need(not path.is_symlink() and (path.is_file() or path.is_dir()), name + " is neither a file nor a folder")
        if path.is_file():
            with path.open("rb") as file: all(digest.update(b) is None for b in iter(lambda: file.read(1 << 20), b""))
            yield name, digest.hexdigest()
def openssl(command, **files):
    with tempfile.TemporaryDirectory() as place:
        for name, data in files.items(): pathlib.Path(place, name).write_bytes(data)
        done = subprocess.run(["openssl", *command.split()], cwd=place, capture_output=True, timeout=60)
    return None if done.returncode else done.stdout.decode("utf-8", "replace")
def signed(key, name, text, given):  # Ed25519 as in C2SP notes: four bytes of the key's hash, [seconds,] the signature
    kind, at = (b"\4", b"cosignature/v1\ntime %d\n" % int(given[4:12].hex(), 16)) if given[68:] else (b"\1", b"")
    files = {"k": bytes.fromhex("302a300506032b6570032100") + key, "t": at + text, "s": given[12 if at else 4:]}
    told = given[:4] == sha256(name.encode() + b"\n" + kind + key).digest()[:4]
    return told and openssl("pkeyutl -verify -pubin -keyform DER -inkey k -rawin -in t -sigfile s", **files)
def tree(leaves):  # RFC 6962, section 2.1
    k = 1 << max(0, (len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest() if len(leaves) > 1 else leaves[0]
def values(text, log):  # what a file discloses, by line and name
    shown = {}
    for row in text.split("\n")[:-1]:
        seq, fields = int(row.split(" ")[0]), {}
        need(row.startswith(f"{seq} ") and shown.setdefault(seq, fields) is fields, f"values of line {seq} twice")
        for part in row.split(" ", 1)[1].split("~"):
            need(base64.urlsafe_b64encode(sha256(part.encode()).digest())[:43] in log[seq][1], f"line {seq}: forged")
            plain = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
            right = json.dumps(json.loads(plain), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            _, name, value = json.loads(plain)
            need(plain == right and name not in fields and not fields.update({name: value}), f"line {seq}: a key twice")
    return need(text.endswith("\n"), "cut short") or shown
def check(folder, key, tsa=b"", prior=b"", witness=b""):
    found = dict(listing(folder))
    sums = {name: f"{digest}  {name}\n" for name, digest in found.items()}
    outer = {name for name in found if not name.startswith("data/") and name != "tagmanifest-sha256.txt"}
    custody = {name for name in outer if name.startswith("custody/")}
    for manifest, files in (("manifest", found.keys() - outer - {"tagmanifest-sha256.txt"}), ("tagmanifest", outer)):
        text, right = (folder / f"{manifest}-sha256.txt").read_bytes().decode(), [sums[name] for name in sorted(files)]
        need(text == "".join(right), manifest + " differs: " + ascii(sorted({*text.splitlines(True)} ^ {*right})[:2]))
    *lines, last = (folder / "custody/log.jsonl").read_bytes().split(b"\n")
    leaves, matches = [sha256(b"\0" + line).digest() for line in lines], [*map(LINE.fullmatch, lines)]
    need(not last and all(m and m[3] == b"%d" % seq for seq, m in enumerate(matches)), "a malformed or moved line")
    log = [(m[1].decode(), m[2].split(b'","')) for m in matches]
    shown = values((folder / "data/disclosures.txt").read_bytes().decode("ascii"), log)
    def covers(note):  # how many lines it covers, once they are shown to lead to its root
        origin, size, root = note.decode().split("\n")[:3]
        need(origin == shown[0]["origin"] and 0 < int(size) <= len(log), "rolled back, or not of this log: " + size)
        return need(base64.b64decode(root) == tree(leaves[:int(size)]), "forked or altered: other lines") or int(size)
    text, line = (folder / "custody/checkpoint.note").read_bytes().split(b"\n\n")
    origin, given = text.decode().split("\n")[0], base64.b64decode(line.split(b" ")[2])
    need(line.decode() == f"\u2014 {origin} {base64.b64encode(given).decode()}\n" and signed(base64.b64decode(
        key.split(b"-----")[2])[-32:], origin, text + b"\n", given), "the checkpoint is not signed with the key given")
    (seq, own), = values((folder / "custody/export.txt").read_bytes().decode("ascii"), log).items()
    whole = {*own} == {*own["fields"], "fields"} and log[seq][0] == "export"
    need(whole and covers(text) == len(log) == seq + 2, "lines or values are missing at the log's end")
    need(own["files"] == sha256("".join(map(sums.get, sorted(outer - custody))).encode()).hexdigest(), "altered files")
    stamps = {name: (folder / name).read_bytes() for name in custody if name.startswith("custody/stamps/")}
    notes = {sums[name][:64]: (folder / name).read_bytes() for name in custody if name.endswith(".note")}
    named = {of.get(k) for n, of in shown.items() if log[n][0] == "stamp" for k in ("reply", "proof", "cosignature")}
    need(len(custody) == 2 + len(notes) + len(stamps) and {sums["custody/checkpoint.note"][:64]} ^ {*notes} <= {
        name[15:79] for name in stamps} and named - {None} <= {*found.values()}, "custody/ lacks files or has odd ones")
    witnesses = {row.split(b"+")[0].decode(): base64.b64decode(row.split(b"+", 2)[2])[1:] for row in witness.split()}
    say = [f"begins with the {covers(prior)} lines of the earlier checkpoint"] if prior else []
    for name, data in stamps.items():
        note, kind, good, what = notes[name[15:79]], name.split(".")[1], 1, "have an OpenTimestamps proof, unchecked"
        need(kind == "cosig" or (kind in ("tsr", "ots") and sha256(note).digest() in data), "of no checkpoint: " + name)
        if kind == "tsr":
            at = re.search(r"Time stamp: (.+ )([\d:]{8})\S* (\d+) GMT", openssl("ts -reply -in r -text", r=data) or "")
            attime = calendar.timegm(time.strptime("".join(at.groups() if at else ()), "%b %d %H:%M:%S%Y"))
            good = not tsa or openssl(f"ts -verify -data n -in r -CAfile c -attime {attime}", n=note, r=data, c=tsa)
            what = f"stood on {at[0][12:]}" + ("" if tsa else ": give --tsa to have it checked")
        elif kind == "cosig":
            who, given = data.decode().split(" ")[1], base64.b64decode(data.split(b" ")[2])
            good = who not in witnesses or signed(witnesses[who], who, note.rpartition(b"\n\n")[0] + b"\n", given)
            what = "are co-signed by " + ascii(who) + ("" if who in witnesses else ": give --witness to check it")
        say.append(need(good, "not by the authority or witness given: " + name) or f"{covers(note)} lines {what}")
    need(all(any(row.endswith(" by " + ascii(who)) for row in say) for who in witnesses), "a witness did not co-sign")
    objects = {(name[13:].split(".")[0], digest) for name, digest in found.items() if name.startswith("data/objects/")}
    known = {of.get("object") for seq, of in shown.items() if log[seq][0] in ("capture", "adopt")} - {None}
    need(objects | {(n, n) for n in own["left_out"]} == {(n, n) for n in known}, "objects missing, misnamed, unlogged")
    return [*say, f"{len(objects)} objects, {len(log)} log lines, root {tree(leaves).hex()}", "GOOD"]
if __name__ == "__main__":
    parser, status = argparse.ArgumentParser(description=__doc__), 2
    parser.add_argument("folder", type=pathlib.Path)
    for name in ("--key", "--tsa", "--prior", "--witness"):
        parser.add_argument(name, type=lambda at: pathlib.Path(at).read_bytes(), default=b"", required=name == "--key")
    try:
        given = parser.parse_args()
        status = 1 if any(given.folder.iterdir()) and subprocess.run(["openssl", "version"], stdout=-3) else 2
        print(*check(**vars(given)), sep="\n")
    except Exception as error:  # whatever a hostile file provokes is a finding, never a traceback
        sys.exit(print(("", "BAD:", "CANNOT RUN:")[status], ascii(error)) or status)
