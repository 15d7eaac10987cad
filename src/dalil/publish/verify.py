# fmt: off
"""Checks a case file made by dalil, without dalil: needs Python 3.8 and OpenSSL 3, nothing else. Format: case-file.md
    python3 verify.py FOLDER --key log.pub [--tsa tsa-root.pem] [--prior OLD_CHECKPOINT]
Take this script and log.pub from elsewhere than FOLDER. Exit status: 0 all holds, 1 something does not, 2 cannot run"""
import argparse, base64, calendar, hashlib, json, pathlib, re, subprocess, sys, tempfile, time  # noqa: E401, I001
LINE = re.compile(rb'\{"act":"(\w+)","at":"[\dT:.-]{26}Z","sd":\["([\w",-]+)"\],"sd_alg":"sha-256","seq":(\d+),"v":1\}')
def need(truth, what):
    if not truth:
        raise ValueError(what)
def listing(top):  # every file with its SHA-256; no path is ever taken from a manifest, and no link is followed
    for path in sorted(top.rglob("*")):
        name, digest = path.relative_to(top).as_posix(), hashlib.sha256()
        need(re.fullmatch(r"[A-Za-z0-9_./-]+", name), "a name that no case file holds: " + ascii(name))
        need(not path.is_symlink() and (path.is_file() or path.is_dir()), name + " is neither a file nor a folder")
        if path.is_file():
            with path.open("rb") as file:
                all(digest.update(block) is None for block in iter(lambda: file.read(1 << 20), b""))
            yield name, digest.hexdigest()
def openssl(command, **files):
    with tempfile.TemporaryDirectory() as place:
        for name, data in files.items():
            pathlib.Path(place, name).write_bytes(data)
        done = subprocess.run(["openssl", *command.split()], cwd=place, capture_output=True, timeout=60)
    return None if done.returncode else done.stdout.decode("utf-8", "replace")
def tree(leaves):  # RFC 6962, section 2.1
    k = 1 << max(0, (len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest() if len(leaves) > 1 else leaves[0]
def values(text, log):  # what a file discloses, by line and name
    shown = {}
    for row in text.split("\n")[:-1]:
        seq, parts, fields = int(row.split(" ")[0]), row.split(" ", 1)[1], {}
        need(row.startswith(f"{seq} ") and shown.setdefault(seq, fields) is fields, f"values of line {seq} twice")
        for part in parts.split("~"):
            digest = base64.urlsafe_b64encode(hashlib.sha256(part.encode()).digest())
            need(digest[:43] in log[seq][1], f"line {seq} does not vouch for a value: it was forged or moved")
            plain = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
            right = json.dumps(json.loads(plain), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            _, name, value = json.loads(plain)
            need(plain == right and name not in fields and not fields.update({name: value}), f"line {seq}: a key twice")
    return need(text.endswith("\n"), "cut short") or shown
def check(top, key, tsa, prior):
    found, say = dict(listing(top)), []
    sums = {name: f"{digest}  {name}\n" for name, digest in found.items()}
    outer = {name for name in found if not name.startswith("data/") and name != "tagmanifest-sha256.txt"}
    custody = {name for name in outer if name.startswith("custody/")}
    for manifest, files in (("manifest", found.keys() - outer - {"tagmanifest-sha256.txt"}), ("tagmanifest", outer)):
        text, right = (top / (manifest + "-sha256.txt")).read_bytes().decode(), [sums[name] for name in sorted(files)]
        need(text == "".join(right), manifest + " differs: " + ascii(sorted({*text.splitlines(True)} ^ {*right})[:2]))
    *lines, last = (top / "custody/log.jsonl").read_bytes().split(b"\n")
    leaves, matches = [hashlib.sha256(b"\0" + line).digest() for line in lines], [*map(LINE.fullmatch, lines)]
    need(not last and all(m and m[3] == b"%d" % seq for seq, m in enumerate(matches)), "a malformed or moved line")
    log = [(m[1].decode(), m[2].split(b'","')) for m in matches]
    shown = values((top / "data/disclosures.txt").read_bytes().decode("ascii"), log)
    def covers(note):  # how many lines it covers, once they are shown to lead to its root
        origin, size, root = note.decode().split("\n")[:3]
        need(origin == shown[0]["origin"] and 0 < int(size) <= len(log), "rolled back, or not of this log: " + size)
        need(base64.b64decode(root) == tree(leaves[:int(size)]), "forked or altered: not the log of a checkpoint")
        return int(size)
    text, line = (top / "custody/checkpoint.note").read_bytes().decode().split("\n\n")
    signature, raw = base64.b64decode(line.split(" ")[2])[4:], base64.b64decode(key.split(b"-----")[2])[-32:]
    origin = text.split("\n")[0]
    label = hashlib.sha256(origin.encode() + b"\n\1" + raw).digest()[:4]
    right, files = base64.b64encode(label + signature).decode(), {"k": key, "t": text.encode() + b"\n", "s": signature}
    said = openssl("pkeyutl -verify -pubin -inkey k -rawin -in t -sigfile s", **files)
    need(said and line == f"\u2014 {origin} {right}\n", "the checkpoint is not signed with the key given")
    (seq, own), = values((top / "custody/export.txt").read_bytes().decode("ascii"), log).items()
    whole = {*own} == {*own["fields"], "fields"} and log[seq][0] == "export"
    need(whole and covers(text.encode()) == len(log) == seq + 2, "lines or values are missing at the log's end")
    files = "".join(sums[name] for name in sorted(outer - custody)).encode()
    need(own["files"] == hashlib.sha256(files).hexdigest(), "files are not those that the log says were exported")
    stamps = {name: (top / name).read_bytes() for name in custody if re.match(r"custody/stamps/\w{64}-\d+\.tsr$", name)}
    notes = {sums[name][:64]: (top / name).read_bytes() for name in custody if name.endswith(".note")}
    replies = {of.get("reply") for seq, of in shown.items() if log[seq][0] == "stamp"} - {None}
    need(len(custody) == 2 + len(notes) + len(stamps) and {sums["custody/checkpoint.note"][:64]} ^ {*notes} <= {
        name[15:79] for name in stamps} and replies <= {*found.values()}, "custody/ lacks a file or holds an odd one")
    for name, reply in stamps.items():
        at = re.search(r"Time stamp: (.+ )([\d:]{8})\S* (\d+) GMT", openssl("ts -reply -in r -text", r=reply) or "")
        need(at and hashlib.sha256(note := notes[name[15:79]]).digest() in reply, "not over its checkpoint: " + name)
        if tsa:
            attime = calendar.timegm(time.strptime("".join(at.groups()), "%b %d %H:%M:%S%Y"))
            said = openssl(f"ts -verify -data n -in r -CAfile c -attime {attime}", n=note, r=reply, c=tsa)
            need(said, "not stamped by the authority given: " + name)
        say.append(f"{covers(note)} lines stood on {at[0][12:]}" + ("" if tsa else ": give --tsa to have it checked"))
    objects = {name.split("/")[2].split(".")[0]: name for name in found if name.startswith("data/objects/")}
    known = {of.get("object") for seq, of in shown.items() if log[seq][0] in ("capture", "adopt")} - {None}
    need({found[name] for name in objects.values()} == {*objects} and {*objects, *own["left_out"]} == known,
         "objects are missing, misnamed, or without a line of the log")
    say += [f"begins with the {covers(prior)} lines of the earlier checkpoint"] if prior else []
    return [*say, f"{len(objects)} objects, {len(log)} log lines, root {tree(leaves).hex()}", "GOOD"]
if __name__ == "__main__":
    parser, status = argparse.ArgumentParser(usage=__doc__.split("\n")[1].strip()), 2
    parser.add_argument("folder", type=pathlib.Path)
    for name in ("--key", "--tsa", "--prior"):
        parser.add_argument(name, type=lambda path: pathlib.Path(path).read_bytes(), required=name == "--key")
    try:
        given = parser.parse_args()
        status = 1 if any(given.folder.iterdir()) and subprocess.run(["openssl", "version"], stdout=-3) else 2
        print(*check(given.folder, given.key, given.tsa, given.prior), sep="\n")
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes is a finding, never a traceback
        sys.exit(print(("", "BAD:", "CANNOT RUN:")[status], ascii(error)) or status)
