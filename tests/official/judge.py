#!/usr/bin/env python3
"""judge.py RESULTS [all]: what run.sh left there, as a table, against the failures that expected/RUNTIME.txt lists; with
`all` none is expected.

A line there is PROGRAM TESTS REASON. TESTS are the numbers of the tests that fail, joined by commas, with `ends` among
them when the program does not come to its end; `*` where it does not matter how it fails. A REASON that begins with
"sometimes" is for what may also pass. Fails unless tare fails exactly as listed: so everything that passes with crun or
runc passes with tare, or has its reason there.
"""
import json
import pathlib
import re
import sys

RUNTIMES = ["tare", "crun", "runc"]
# These pass by saying nothing: the runtime must refuse the container, and for this word.
REFUSALS = {"process_rlimits_fail": "RLIMIT_TEST", "process_capabilities_fail": "CAP_TEST"}
# These have no tests: a plan of none, and before it an error if there is one.
REPORTS = {"hooks", "poststart", "poststart_fail", "poststop", "poststop_fail", "prestart", "prestart_fail"}
# The program inside the container cannot come to its plan in these, and this is what it must end with.
CUT_SHORT = {"linux_seccomp": "getwd: operation not permitted"}


class Outcome:
    """One program with one runtime. A label is the number of a test, or STREAM.NUMBER where there are several streams."""

    def __init__(self):
        self.passed = {}  # label: description
        self.failed = {}
        self.skipped = 0
        self.trouble = None  # why the tests are not all there is to say
        self.lacks = None

    def failures(self):
        return list(self.failed) + (["ends"] if self.trouble else [])


def read_tap(text):
    """Yields (kind, number, description); raises ValueError unless there is one plan, and each test of it once."""
    numbers, plan = [], None
    for line in text.splitlines():
        if match := re.fullmatch(r"1\.\.(\d+)", line):
            if plan is not None:
                raise ValueError("it has two plans")
            plan = int(match[1])
        elif match := re.fullmatch(r"(not )?ok\b *(\d*) *-? *(.*)", line):
            if not match[2]:
                raise ValueError(f"a test has no number: {line}")
            numbers.append(int(match[2]))
            directive = re.search(r"# *(SKIP|TODO)", match[3], re.IGNORECASE)
            kind = "skip" if directive else "fail" if match[1] else "pass"
            yield kind, int(match[2]), match[3]
    if plan is None:
        raise ValueError("it has no plan")
    if not plan or numbers != list(range(1, plan + 1)):
        raise ValueError(f"it has {len(numbers)} tests of {plan}")


def read_blocks(text):
    """What tap.go prints as YAML."""
    blocks = re.findall(r"^  ---\n(.*?)^  \.\.\.$", text, re.MULTILINE | re.DOTALL)
    return [value for value in map(json.loads, blocks) if isinstance(value, dict)]


def read_nested(program, text):
    """What a program quotes as the output of tests inside a container: it looks there for no more than failures."""
    for block in read_blocks(text):
        if "stdout" in block and not (program in CUT_SHORT and CUT_SHORT[program] in block["stderr"]):
            list(read_tap(block["stdout"]))


def read_report(text):
    """Yields what read_tap would if the program had one test."""
    if not text.endswith("1..0\n"):
        raise ValueError("it has no plan")
    errors = [block["error"].splitlines()[0] for block in read_blocks(text)]
    yield "fail" if errors else "pass", 1, errors[0] if errors else "no error is reported"


def read_program(program, status, out, err):
    outcome = Outcome()
    troubles = []
    if program in REFUSALS and status == 0 and not out.strip():
        if REFUSALS[program] in err:
            outcome.passed["1"] = f"an error names {REFUSALS[program]}"
        else:
            outcome.trouble = f"no error names {REFUSALS[program]}"
        return outcome
    streams = re.split(r"^TAP version 13\n", out, flags=re.MULTILINE)[1:]
    for index, stream in enumerate(streams, 1):
        prefix = f"{index}." if len(streams) > 1 else ""
        try:
            tests = read_report(stream) if program in REPORTS else read_tap(stream)
            for kind, number, description in tests:
                if kind == "skip":
                    outcome.skipped += 1
                else:
                    (outcome.passed if kind == "pass" else outcome.failed)[f"{prefix}{number}"] = description
            read_nested(program, stream)
        except (KeyError, ValueError) as error:
            troubles.append(str(error))
    if not streams:
        troubles.append("it says nothing")
    if status != 0:
        troubles.insert(0, "it takes more than its time" if status in (124, 137) else f"it ends with {status}")
    outcome.trouble = ", ".join(troubles) or None
    return outcome


def read_outcome(folder, program):
    outcome = Outcome()
    text = lambda suffix: (folder / f"{program}.{suffix}").read_text(errors="replace")
    try:
        if (folder / f"{program}.lacks").exists():
            outcome.lacks = text("lacks").strip()
            return outcome
        return read_program(program, int(text("status")), text("out"), text("err"))
    except (OSError, ValueError) as error:
        outcome.trouble = f"it was not run to its end: {error}"
        return outcome


def read_expected(path):
    expected = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            program, tests, reason = line.split(None, 2)
            expected[program] = (tests, reason)
    return expected


def verdict(outcome, expected):
    """pass, known, skip, or surprise."""
    failures = outcome.failures()
    if outcome.lacks or not (failures or outcome.passed):
        return "skip"
    tests, reason = expected or ("", "")
    if not failures:
        return "pass" if not expected or reason.startswith("sometimes") else "surprise"
    return "known" if tests == "*" or set(failures) == set(tests.split(",")) else "surprise"


def cell(outcome, judged):
    if judged == "skip":
        return "-"
    total = len(outcome.failed) + len(outcome.passed)
    text = f"{len(outcome.failed)} of {total} fail" if outcome.failed else "ends early" if outcome.trouble else f"{total} pass"
    return f"**{text}**" if judged == "surprise" else text


def only_elsewhere(outcomes):
    """What passes with another runtime and fails with tare: (description, runtimes)."""
    tare = outcomes["tare"]
    found = {}
    for name in RUNTIMES[1:]:
        other = outcomes[name]
        failing = set(other.failed.values())
        for description in dict.fromkeys(tare.failed.values()):
            if description in other.passed.values() and description not in failing:
                found.setdefault(description, []).append(name)
        if tare.failures() and not other.failures() and other.passed and not any(name in names for names in found.values()):
            found.setdefault("all of it", []).append(name)
    return found.items()


def main():
    results = pathlib.Path(sys.argv[1])
    here = pathlib.Path(__file__).parent
    all_pass = sys.argv[2:] == ["all"]
    expected = {name: {} if all_pass else read_expected(here / "expected" / f"{name}.txt") for name in RUNTIMES}
    programs = sorted({path.stem for path in results.glob("*/*.*")})
    if not programs:
        sys.exit(f"no program was run: {results}")
    counts = {"pass": 0, "known": 0, "skip": 0, "surprise": 0}
    passing = dict.fromkeys(RUNTIMES, 0)
    surprises, reasons, elsewhere, better = [], [], [], []
    print("| program | " + " | ".join(RUNTIMES) + " |\n|---|" + "---|" * len(RUNTIMES))
    for program in programs:
        outcomes = {name: read_outcome(results / name, program) for name in RUNTIMES}
        judged = {name: verdict(outcomes[name], expected[name].get(program)) for name in RUNTIMES}
        print(f"| {program} | " + " | ".join(cell(outcomes[name], judged[name]) for name in RUNTIMES) + " |")
        counts[judged["tare"]] += 1
        why = {}
        for name in RUNTIMES:
            passing[name] += bool(outcomes[name].passed) and not outcomes[name].failures()
            listed = expected[name].get(program)
            if judged[name] == "known":
                why.setdefault(listed[1], []).append(name)
            if judged[name] == "surprise":
                seen = ",".join(outcomes[name].failures()) or "nothing"
                surprises.append(f"{program}, {name}: {seen} fails, {listed[0] if listed else 'nothing'} is listed")
                surprises += [f"    {label} {text}" for label, text in outcomes[name].failed.items()]
                if outcomes[name].trouble:
                    surprises.append("    " + outcomes[name].trouble)
        reasons += [f"{program}, {', '.join(names)}: {reason}" for reason, names in why.items()]
        listed = expected["tare"].get(program, ("", "not listed"))[1]
        elsewhere += [f"{program}: {text} ({', '.join(names)}): {listed}" for text, names in only_elsewhere(outcomes)]
        if judged["tare"] == "pass" and "pass" not in (judged["crun"], judged["runc"]):
            better.append(program)
        if judged["tare"] == "skip":
            reasons.append(f"{program}: skipped: {outcomes['tare'].lacks or 'each test skips itself'}")

    print("| all of it passes | " + " | ".join(f"{passing[name]} of {len(programs)}" for name in RUNTIMES) + " |")

    def section(title, lines):
        print(f"\n{title}{'' if lines else ' nothing'}")
        print("".join(f"- {line}\n" if not line.startswith(" ") else f"{line}\n" for line in lines), end="")

    section("Fails as listed, and why:", reasons)
    section("Passes with tare alone:", better)
    section("Passes with crun or runc and not with tare:", elsewhere)
    section("Not as listed:", surprises)
    print(f"\n{counts['pass']} passed, {counts['surprise']} failed, {counts['known'] + counts['skip']} skipped")
    sys.exit(counts["surprise"] > 0 or (all_pass and counts["skip"] > 0))


if __name__ == "__main__":
    main()
