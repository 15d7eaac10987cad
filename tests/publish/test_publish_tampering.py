"""Whatever is changed in a case file is found, also by a forger who makes every hash in the manifests match.

Each class of tampering is a function that changes a folder. Coherent ones have both manifests made to match afterwards:
a BagIt validator finds none of these. DALIL_MUTATIONS sets how many random changes are tried (see also --slow).
"""

import base64
import hashlib
import json
import os
import random
import shutil
from pathlib import Path

import bagit
import pytest
from case_files import SCRIPT, export, load, rehash, run

from dalil.archive import Archive, lines, merkle
from dalil.archive.notes import Signer, checkpoint_text

SEED = int(os.environ.get("DALIL_MUTATION_SEED", "1"))


def disclosures(folder):
    """data/disclosures.txt as {line: [disclosure]}."""
    rows = (folder / "data/disclosures.txt").read_text("ascii").splitlines()
    return {int(row.split(" ")[0]): row.split(" ")[1].split("~") for row in rows}


def write_disclosures(folder, rows):
    text = "".join(f"{seq} {'~'.join(parts)}\n" for seq, parts in rows.items())
    (folder / "data/disclosures.txt").write_text(text, "ascii")


def log_lines(folder):
    return (folder / "custody/log.jsonl").read_bytes().splitlines()


def write_log(folder, rows):
    (folder / "custody/log.jsonl").write_bytes(b"".join(row + b"\n" for row in rows))


def one(folder, pattern):
    return sorted(folder.glob(pattern))[0]


def swap_bit(path, place=None):
    data = bytearray(path.read_bytes())
    place = len(data) // 2 if place is None else place
    data[place] ^= 1
    path.write_bytes(data)


def captures(folder):
    return [seq for seq, row in enumerate(log_lines(folder)) if row.startswith(b'{"act":"capture"') and
            seq in disclosures(folder)]  # fmt: skip


# ---------------------------------------------------------------- the classes


def flipped_bit(pattern):
    return lambda folder: swap_bit(one(folder, pattern))


def dropped(pattern):
    return lambda folder: one(folder, pattern).unlink()


def dropped_object_and_its_values(folder):
    path = one(folder, "data/objects/*")
    name = path.name.split(".")[0]
    path.unlink()
    rows = disclosures(folder)
    for seq in captures(folder):
        if any(lines.read_disclosure(d)[1] == name for d in rows[seq]):
            del rows[seq]
    write_disclosures(folder, rows)


def replaced_object(folder):
    path = one(folder, "data/objects/*")
    path.write_bytes(b"other words\n")


def replaced_and_renamed_object(folder):
    one(folder, "data/objects/*").unlink()
    (folder / "data/objects" / (hashlib.sha256(b"other\n").hexdigest() + ".txt")).write_bytes(b"other\n")


def extra_object(folder):
    (folder / "data/objects" / (hashlib.sha256(b"extra\n").hexdigest() + ".txt")).write_bytes(b"extra\n")


def extra(name, data=b"extra\n"):
    def change(folder):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    return change


def swapped_objects(folder):
    first, second = sorted((folder / "data/objects").iterdir())[:2]
    a, b = first.read_bytes(), second.read_bytes()
    first.write_bytes(b)
    second.write_bytes(a)


def edited_report(folder):
    path = one(folder, "data/reports/*.json")
    record = json.loads(path.read_text("utf-8"))
    record["title"] = "Nothing happened"
    path.write_text(json.dumps(record), "utf-8")


def edited(name, old, new):
    def change(folder):
        text = (folder / name).read_bytes()
        assert old in text
        (folder / name).write_bytes(text.replace(old, new))

    return change


def last_lines_dropped(folder):
    write_log(folder, log_lines(folder)[:-2])


def lines_swapped(folder):
    rows = log_lines(folder)
    rows[1], rows[2] = rows[2], rows[1]
    write_log(folder, rows)


def lines_swapped_and_renumbered(folder):
    rows = log_lines(folder)
    rows[1], rows[2] = rows[2].replace(b'"seq":2', b'"seq":1'), rows[1].replace(b'"seq":1', b'"seq":2')
    write_log(folder, rows)


def line_dropped_and_rest_renumbered(folder):
    rows = [lines.read_line(row) for row in log_lines(folder) if b'"seq":2,' not in row]
    write_log(folder, [lines.render(n, row.at, row.act, row.sd) for n, row in enumerate(rows)])


def line_added(folder):
    rows = log_lines(folder)
    write_log(folder, [*rows, lines.make_line(len(rows), lines.new_moment(), "judge", {"by": "x"})[0]])


def line_with_another_time(folder):
    rows = log_lines(folder)
    parsed = lines.read_line(rows[1])
    rows[1] = lines.render(1, "2001-01-01T00:00:00.000000Z", parsed.act, parsed.sd)
    write_log(folder, rows)


def line_with_a_key_twice(folder):
    rows = log_lines(folder)
    rows[1] = rows[1].replace(b'"v":1', b'"v":1,"v":1')
    write_log(folder, rows)


def line_with_spaces(folder):
    rows = log_lines(folder)
    rows[1] = rows[1].replace(b",", b", ")
    write_log(folder, rows)


def forged_disclosure(folder):
    rows = disclosures(folder)
    seq = captures(folder)[0]
    rows[seq] = [lines.disclose("name", "forged.txt", bytes(16)), *rows[seq][1:]]
    write_disclosures(folder, rows)


def forged_disclosure_with_its_digest_in_the_line(folder):
    rows, log = disclosures(folder), log_lines(folder)
    seq = captures(folder)[0]
    forged = lines.disclose("name", "forged.txt", bytes(16))
    rows[seq] = [forged, *rows[seq][1:]]
    parsed = lines.read_line(log[seq])
    log[seq] = lines.render(seq, parsed.at, parsed.act, sorted([*parsed.sd[1:], lines.digest_of(forged)]))
    write_disclosures(folder, rows)
    write_log(folder, log)


def moved_disclosures(folder):
    rows = disclosures(folder)
    first, second = captures(folder)[:2]
    rows[first], rows[second] = rows[second], rows[first]
    write_disclosures(folder, rows)


def dropped_disclosure(folder):
    rows = disclosures(folder)
    seq = captures(folder)[0]
    rows[seq] = rows[seq][1:]
    write_disclosures(folder, rows)


def disclosure_twice(folder):
    rows = disclosures(folder)
    seq = captures(folder)[0]
    rows[seq] = [*rows[seq], rows[seq][0]]
    write_disclosures(folder, rows)


def row_twice(folder):
    path = folder / "data/disclosures.txt"
    path.write_text(path.read_text("ascii") * 2, "ascii")


def row_of_no_line(number):
    def change(folder):
        path = folder / "data/disclosures.txt"
        path.write_text(path.read_text("ascii") + f"{number} WyJh\n", "ascii")

    return change


def other_key(folder):
    """The whole log signed anew by somebody else."""
    log = log_lines(folder)
    note = (folder / "custody/checkpoint.note").read_text("utf-8").split("\n")
    text = checkpoint_text(note[0], len(log), base64.b64decode(note[2]))
    (folder / "custody/checkpoint.note").write_text(Signer.generate(note[0]).sign_note(text), "utf-8")


def checkpoint_of_another_root(folder):
    edited("custody/checkpoint.note", (folder / "custody/checkpoint.note").read_bytes().split(b"\n")[2],
           base64.b64encode(bytes(32)))(folder)  # fmt: skip


def checkpoint_of_another_size(folder):
    size = (folder / "custody/checkpoint.note").read_bytes().split(b"\n")[1]
    edited("custody/checkpoint.note", b"\n" + size + b"\n", b"\n" + str(int(size) - 1).encode() + b"\n")(folder)


def checkpoint_with_another_key_id(folder):
    path = folder / "custody/checkpoint.note"
    head, _, tail = path.read_text("utf-8").rpartition(" ")
    data = bytearray(base64.b64decode(tail))
    data[0] ^= 1
    path.write_text(f"{head} {base64.b64encode(data).decode()}\n", "utf-8")


def export_of_another_line(folder):
    seq, parts = next(iter(disclosures(folder).items()))
    (folder / "custody/export.txt").write_text(f"{seq} {'~'.join(parts)}\n", "ascii")


def export_with_a_value_dropped(folder):
    path = folder / "custody/export.txt"
    seq, parts = path.read_text("ascii").split()
    path.write_text(f"{seq} {'~'.join(parts.split('~')[1:])}\n", "ascii")


def path_out_of_the_folder(folder):
    secret = folder.parent / "outside.txt"
    secret.write_text("outside")
    row = f"{hashlib.sha256(b'outside').hexdigest()}  data/../../outside.txt\n"
    with (folder / "manifest-sha256.txt").open("a") as file:
        file.write(row)


def absolute_path(folder):
    with (folder / "manifest-sha256.txt").open("a") as file:
        file.write(f"{hashlib.sha256(b'').hexdigest()}  /dev/null\n")


def link_out(folder):
    path = one(folder, "data/objects/*")
    (folder.parent / "kept").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(folder.parent / "kept")


def linked_folder(folder):
    shutil.move(folder / "data/reports", folder.parent / "reports")
    (folder / "data/reports").symlink_to(folder.parent / "reports")


def pipe(folder):
    os.mkfifo(folder / "data/pipe")


def odd_name(name):
    def change(folder):
        with open(os.fsencode(folder) + b"/data/" + name, "wb") as file:  # noqa: PTH123 - a name that is no text
            file.write(b"x")

    return change


def manifest_row_dropped(folder):
    path = folder / "manifest-sha256.txt"
    path.write_text("".join(path.read_text().splitlines(True)[1:]))


def manifest_row_twice(folder):
    path = folder / "manifest-sha256.txt"
    path.write_text(path.read_text() + path.read_text().splitlines(True)[0])


def manifest_reordered(folder):
    path = folder / "manifest-sha256.txt"
    path.write_text("".join(reversed(path.read_text().splitlines(True))))


def edited_end(name, gone, new):
    def change(folder):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) - gone] + new)

    return change


def emptied(name):
    return lambda folder: (folder / name).write_bytes(b"")


def folder_instead(name):
    def change(folder):
        (folder / name).unlink()
        (folder / name).mkdir()

    return change


def of_act(act):
    """Changes the disclosures of the first shown line of that kind."""

    def with_change(how):
        def change(folder):
            rows, mark = disclosures(folder), f'{{"act":"{act}"'.encode()
            seq = next(seq for seq in rows if log_lines(folder)[seq].startswith(mark))
            rows[seq] = how(seq, rows[seq])
            write_disclosures(folder, {seq: parts for seq, parts in rows.items() if parts})

        return change

    return with_change


def forged(seq, parts):
    return [lines.disclose("verdict", "different", bytes(16)), *parts[1:]]


def other_salt(seq, parts):
    name, value = lines.read_disclosure(parts[0])
    return [lines.disclose(name, value, b"sixteen bytes!!!"), *parts[1:]]


def value_of_a_withheld_line(folder):
    """A forger shows a withhold line that says something else."""
    rows = disclosures(folder)
    seq = next(s for s, line in enumerate(log_lines(folder)) if line.startswith(b'{"act":"withhold"'))
    rows[seq] = [lines.disclose("reason", "nothing to hide", bytes(16))]
    write_disclosures(folder, dict(sorted(rows.items())))


def nul_in_manifest(folder):
    path = folder / "manifest-sha256.txt"
    path.write_bytes(path.read_bytes().replace(b"data/", b"data/\0", 1))


# Found by any checker of manifests, and by us.
PLAIN = {
    "flipped bit in an object": flipped_bit("data/objects/*"),
    "flipped bit in a report": flipped_bit("data/reports/*.html"),
    "flipped bit in the manifest": flipped_bit("manifest-sha256.txt"),
    "flipped bit in the tag manifest": flipped_bit("tagmanifest-sha256.txt"),
    "dropped object": dropped("data/objects/*"),
    "dropped tag file": dropped("bag-info.txt"),
    "dropped manifest": dropped("manifest-sha256.txt"),
    "dropped tag manifest": dropped("tagmanifest-sha256.txt"),
    "extra object": extra_object,
    "path out of the folder in a manifest": path_out_of_the_folder,
    "absolute path in a manifest": absolute_path,
    "row dropped from a manifest": manifest_row_dropped,
    "row twice in a manifest": manifest_row_twice,
    "manifest in another order": manifest_reordered,
    "link out of the folder": link_out,
    "linked folder": linked_folder,
    "pipe": pipe,
    "name with a newline": odd_name(b"a\nb"),
    "name with a backslash": odd_name(b"..\\..\\x"),
    "name in a decomposed form": odd_name("re\u0301ports".encode()),
    "name that differs in case only": extra("data/CASE.json"),
    "NUL in a manifest": nul_in_manifest,
    "link to itself": lambda folder: (folder / "data/loop").symlink_to("loop"),
    "link to the folder above": lambda folder: (folder / "data/up").symlink_to(".."),
    "name that is not UTF-8": odd_name(b"\xff\xfe"),
    "name with a turn of direction": odd_name("\u202etxt".encode()),
    "empty manifest": emptied("manifest-sha256.txt"),
    "folder instead of the log": folder_instead("custody/log.jsonl"),
    "folder instead of the checkpoint": folder_instead("custody/checkpoint.note"),
}
# Every hash in both manifests is made to match afterwards.
COHERENT = {
    "flipped bit in an object": flipped_bit("data/objects/*"),
    "flipped bit in a report": flipped_bit("data/reports/*.html"),
    "flipped bit in a certificate": flipped_bit("data/certificate.en.html"),
    "flipped bit in the read-me": flipped_bit("README.en.txt"),
    "flipped bit in verify.py": flipped_bit("verify.py"),
    "flipped bit in bag-info": flipped_bit("bag-info.txt"),
    "flipped bit in the log": flipped_bit("custody/log.jsonl"),
    "flipped bit in the checkpoint": flipped_bit("custody/checkpoint.note"),
    "flipped bit in the export line": flipped_bit("custody/export.txt"),
    "flipped bit in a disclosure": flipped_bit("data/disclosures.txt"),
    "edited report": edited_report,
    "edited list of the case": edited("data/case.json", b'"version": 1', b'"version": 2'),
    "replaced object": replaced_object,
    "replaced and renamed object": replaced_and_renamed_object,
    "swapped objects": swapped_objects,
    "dropped object": dropped("data/objects/*"),
    "dropped object and its values": dropped_object_and_its_values,
    "dropped report": dropped("data/reports/*.json"),
    "dropped read-me": dropped("README.ar.txt"),
    "dropped verify.py": dropped("verify.py"),
    "dropped log": dropped("custody/log.jsonl"),
    "dropped checkpoint": dropped("custody/checkpoint.note"),
    "dropped export line": dropped("custody/export.txt"),
    "dropped disclosures": dropped("data/disclosures.txt"),
    "extra object": extra_object,
    "extra report": extra("data/reports/extra.html"),
    "extra tag file": extra("NOTE.txt"),
    "extra file in custody": extra("custody/note.txt"),
    "extra checkpoint": extra("custody/checkpoints/" + "0" * 64 + ".note"),
    "extra time stamp": extra("custody/stamps/" + "0" * 64 + "-0.tsr"),
    "last lines dropped": last_lines_dropped,
    "lines swapped": lines_swapped,
    "lines swapped and renumbered": lines_swapped_and_renumbered,
    "line dropped, the rest renumbered": line_dropped_and_rest_renumbered,
    "line added": line_added,
    "line with another time": line_with_another_time,
    "line with a key twice": line_with_a_key_twice,
    "line with spaces": line_with_spaces,
    "forged disclosure": forged_disclosure,
    "forged disclosure, its digest put into the line": forged_disclosure_with_its_digest_in_the_line,
    "moved disclosures": moved_disclosures,
    "dropped disclosure": dropped_disclosure,
    "name that differs in case only": extra("data/CASE.json"),
    "read-me that differs in case only": extra("readme.en.txt"),
    "judgement forged": of_act("judge")(forged),
    "judgement dropped": of_act("judge")(lambda seq, parts: []),
    "judgement with another salt": of_act("judge")(other_salt),
    "judgement's reason dropped": of_act("judge")(lambda seq, parts: parts[:-2]),
    "erasure forged": of_act("erase")(forged),
    "erasure dropped": of_act("erase")(lambda seq, parts: []),
    "withheld line shown with other words": value_of_a_withheld_line,
    "co-signature put in by hand": extra("custody/witness.cosig"),
    "proof of another clock put in by hand": extra("custody/stamps/" + "0" * 64 + "-0.ots"),
    "disclosure twice": disclosure_twice,
    "row of disclosures twice": row_twice,
    "disclosures of a line that is not there": row_of_no_line(10**9),
    "disclosures of a line before the first": row_of_no_line(-1),
    "disclosures of no number": row_of_no_line("x"),
    "another key": other_key,
    "checkpoint of another root": checkpoint_of_another_root,
    "checkpoint of another size": checkpoint_of_another_size,
    "checkpoint with another key id": checkpoint_with_another_key_id,
    "export line of something else": export_of_another_line,
    "export line with a value dropped": export_with_a_value_dropped,
    "last newline of the log gone": edited_end("custody/log.jsonl", 1, b""),
    "last newline of the log changed": edited_end("custody/log.jsonl", 1, b"x"),
    "something behind the log": edited_end("custody/log.jsonl", 0, b"x"),
    "last newline of the export line gone": edited_end("custody/export.txt", 1, b""),
    "line end of another system": edited_end("custody/export.txt", 1, b"\r\n"),
    "something behind the checkpoint": edited_end("custody/checkpoint.note", 0, b"x"),
    "empty log": emptied("custody/log.jsonl"),
    "empty checkpoint": emptied("custody/checkpoint.note"),
    "empty list of the case": emptied("data/case.json"),
    "log that is no text": extra("custody/log.jsonl", bytes(range(256))),
    "checkpoint that is no text": extra("custody/checkpoint.note", b"\xff\xfe\n\n\xff"),
    "export line nested without end": extra("custody/export.txt", b"1 " + base64.urlsafe_b64encode(b"[" * 99999)),
}


@pytest.fixture(scope="module")
def checker():
    return load()


def verdict(checker, folder, key, prior=None):
    """What verify.py would say, in this process: None if all is good."""
    try:
        checker.check(folder, key, None, prior)
    except Exception as error:  # noqa: BLE001 - as verify.py itself does
        return repr(error)
    return None


@pytest.mark.parametrize("name", PLAIN)
def test_found(exported, folder, checker, name):
    PLAIN[name](folder)
    assert verdict(checker, folder, exported[1].read_bytes())


@pytest.mark.parametrize("name", COHERENT)
def test_found_though_every_hash_matches(exported, folder, checker, name):
    COHERENT[name](folder)
    rehash(folder)
    assert verdict(checker, folder, exported[1].read_bytes())


def cover_up(folder):
    """Everything that a BagIt validator looks at is made to match."""
    info = folder / "bag-info.txt"
    if b"Payload-Oxum: " in info.read_bytes():
        count = [p.stat().st_size for p in (folder / "data").rglob("*") if p.is_file()]
        kept = [row for row in info.read_text("utf-8").splitlines(True) if not row.startswith("Payload-Oxum")]
        info.write_text("".join(kept) + f"Payload-Oxum: {sum(count)}.{len(count)}\n", "utf-8")
    rehash(folder)


def test_a_bagit_validator_finds_no_coherent_change(exported, tmp_path):
    """For comparison. It finds a manifest that is gone, which cannot be made to match."""
    found = 0
    for number, change in enumerate(COHERENT.values()):
        folder = tmp_path / str(number)
        shutil.copytree(exported[0], folder)
        change(folder)
        cover_up(folder)
        found += not bagit.Bag(str(folder)).is_valid()
    print(f"{len(COHERENT)} coherent changes: bagit-python found {found}")
    assert found == 0


@pytest.mark.slow
def test_the_table_of_docs_case_file(exported, tmp_path, checker):
    """The same classes for each checker, as docs/case-file.md has them: how many each one finds."""
    from bagit_utils import Bag

    key = exported[1].read_bytes()
    count = dict.fromkeys(((kind, who) for kind in ("plain", "coherent") for who in ("ours", "python", "utils")), 0)
    for kind, classes in (("plain", PLAIN), ("coherent", COHERENT)):
        for change in classes.values():
            folder = tmp_path / "case"
            shutil.copytree(exported[0], folder)
            change(folder)
            if kind == "coherent":
                cover_up(folder)
            count[kind, "ours"] += verdict(checker, folder, key) is not None
            for who, accepts in (("python", lambda f: bagit.Bag(str(f)).is_valid()),
                                 ("utils", lambda f: Bag(f, load=True).validate().valid)):  # fmt: skip
                try:
                    count[kind, who] += not accepts(folder)
                except Exception:  # noqa: BLE001 - a refusal, however it is made
                    count[kind, who] += 1
            shutil.rmtree(folder, ignore_errors=True)
    print({"plain": len(PLAIN), "coherent": len(COHERENT)}, count)
    assert count["plain", "ours"] == len(PLAIN) and count["coherent", "ours"] == len(COHERENT)


# ---------------------------------------------------------------- a hostile archive that signs whatever it likes


def signed_with(folder, archive, plain: bytes):
    """The case file with one more value beside its first capture, of the very bytes given, all of it signed anew."""
    text = base64.urlsafe_b64encode(plain).rstrip(b"=").decode()
    log, rows = log_lines(folder), disclosures(folder)
    seq = captures(folder)[0]
    parsed = lines.read_line(log[seq])
    log[seq] = lines.render(seq, parsed.at, parsed.act, sorted([*parsed.sd[1:], lines.digest_of(text)]))
    write_log(folder, log)
    own = {lines.digest_of(part): part for part in rows[seq]}
    rows[seq] = [own[digest] for digest in lines.read_line(log[seq]).sd if digest in own] + [text]
    write_disclosures(folder, rows)
    origin = (folder / "custody/checkpoint.note").read_text("utf-8").split("\n")[0]
    root = merkle.root([merkle.leaf_hash(line) for line in log])
    signer = Signer.load(origin, archive / "keys" / "log.pem")
    (folder / "custody/checkpoint.note").write_text(signer.sign_note(checkpoint_text(origin, len(log), root)), "utf-8")
    rehash(folder)


HOSTILE = {
    "nested without end": b'["s","x",' + b"[" * 200_000 + b"]" * 200_000 + b"]",
    "objects nested without end": b'["s","x",' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"]",
    "a number of a million digits": b'["s","x",' + b"9" * 1_000_000 + b"]",
    "a fraction without end": b'["s","x",1e999999999]',
    "no number at all": b'["s","x",NaN]',
    "NUL in a name": b'["s","x\\u0000",1]',
    "half a character": b'["s","x","\\ud800"]',
    "a key twice": b'["s","x",{"a":1,"a":2}]',
    "keys out of order": b'["s","x",{"b":1,"a":2}]',
    "a name that is a list": b'["s",["x"],1]',
    "too few": b'["s"]',
    "no list": b'{"s":1}',
    "bytes that are no text": b"\xff\xfe\xff",
    "nothing": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_values_that_are_signed_end_in_a_line_not_in_a_traceback(exported, folder, name):
    signed_with(folder, exported[2], HOSTILE[name])
    done = run(folder, exported[1])  # fails on a traceback
    assert done.returncode in (0, 1) and done.stdout.splitlines()[-1].startswith(("GOOD", "BAD"))
    if name in ("a key twice", "keys out of order", "nested without end", "no list", "bytes that are no text"):
        assert done.returncode == 1


def test_another_archives_key_is_refused(exported, tmp_path):
    Archive.create(tmp_path / "other", by="x").close()
    assert run(exported[0], tmp_path / "other" / "keys" / "log.pub").returncode == 1
    assert run(exported[0], SCRIPT).returncode == 1


def test_a_rolled_back_archive_and_a_fork_are_found_with_prior(archive, tmp_path):
    shutil.copytree(archive, tmp_path / "old")
    with Archive.open(archive, write=True) as opened:
        opened.append("judge", {"subject": "x", "by": "the tester"})
    prior = sorted((archive / "checkpoints").glob("*.note"))[-1]
    key = archive / "keys" / "log.pub"
    export(archive, tmp_path / "good")
    assert run(tmp_path / "good", key, "--prior", prior).returncode == 0
    export(tmp_path / "old", tmp_path / "rolled back")
    assert run(tmp_path / "rolled back", key).returncode == 0
    done = run(tmp_path / "rolled back", key, "--prior", prior)
    assert done.returncode == 1 and done.stdout.startswith("BAD")
    for number in range(9):  # a fork as long as the log that was shown before
        with Archive.open(tmp_path / "old", write=True) as opened:
            opened.append("judge", {"subject": str(number), "by": "the tester"})
    export(tmp_path / "old", tmp_path / "fork")
    assert run(tmp_path / "fork", key).returncode == 0
    done = run(tmp_path / "fork", key, "--prior", prior)
    assert done.returncode == 1 and "forked" in done.stdout
    (tmp_path / "no.note").write_bytes(b"\xff no checkpoint")
    assert run(tmp_path / "good", key, "--prior", tmp_path / "no.note").returncode == 1


def test_an_older_case_file_of_the_same_archive_cannot_be_passed_off_as_the_newest(archive, tmp_path):
    key = archive / "keys" / "log.pub"
    export(archive, tmp_path / "older")
    export(archive, tmp_path / "newer")
    for name in ("log.jsonl", "checkpoint.note"):
        shutil.copyfile(tmp_path / "newer/custody" / name, tmp_path / "older/custody" / name)
    rehash(tmp_path / "older")
    assert run(tmp_path / "older", key).returncode == 1


# ---------------------------------------------------------------- random changes


def mutate(r, folder: Path, files: dict[str, bytes]) -> list[str]:
    """One random change; the paths that it touched."""
    name = r.choice(sorted(files))
    data = bytearray(files[name])
    place = r.randrange(len(data) + 1)
    kind = r.choice(("flip", "flip", "insert", "delete", "cut", "swap", "drop", "other", "copy", "rename", "line"))
    if kind == "flip" and data:
        data[place % len(data)] ^= 1 << r.randrange(8)
    elif kind == "insert":
        data[place:place] = r.randbytes(r.randint(1, 8))
    elif kind == "delete":
        del data[place : place + r.randint(1, 64)]
    elif kind == "cut":
        del data[place:]
    elif kind == "swap":
        other = r.randrange(len(data) + 1)
        low, high = sorted((place, other))
        data = data[:low] + data[high:] + data[low:high]
    elif kind == "line":
        rows = bytes(data).splitlines(True)
        r.shuffle(rows)
        data = bytearray(b"".join(rows[: r.randint(0, len(rows))]))
    elif kind == "other":
        data = bytearray(files[r.choice(sorted(files))])
    elif kind in ("copy", "rename"):
        new = name + r.choice(("x", ".txt", "0", "\n", "é"))
        (folder / new).write_bytes(data)
        if kind == "rename":
            (folder / name).unlink()
        return [name, new]
    if kind == "drop":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(data)
    return [name]


def tries(exported, tmp_path, checker, count):
    """How many random changes there were; every one of them is found."""
    source, key, _ = exported
    key = key.read_bytes()
    folder, r = tmp_path / "mutated", random.Random(SEED)
    shutil.copytree(source, folder)
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    manifests = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
    done = 0
    while done < count:
        coherent = r.random() < 0.6
        touched = mutate(r, folder, files)
        if coherent:
            rehash(folder)
            touched = [*touched, *manifests]
        now = {n: (folder / n).read_bytes() for n in touched if (folder / n).exists()}
        if now != {n: files[n] for n in touched if n in files}:
            done += 1
            assert verdict(checker, folder, key), (touched, coherent)
        for name in touched:
            (folder / name).unlink(missing_ok=True)
            if name in files:
                (folder / name).write_bytes(files[name])
    assert verdict(checker, folder, key) is None
    return done


def test_random_changes_are_found(exported, tmp_path, checker):
    tries(exported, tmp_path, checker, int(os.environ.get("DALIL_MUTATIONS", "200")))


@pytest.mark.slow
def test_ten_thousand_random_changes_are_found(exported, tmp_path, checker):
    print(tries(exported, tmp_path, checker, 10_000), "random changes, all found")
