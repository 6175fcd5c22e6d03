#!/usr/bin/env python3
"""What judge.py must not take for a pass."""
import unittest

from judge import only_elsewhere, read_program, verdict


def judge(out, status=0, err="", program="create", expected=None):
    outcome = read_program(program, status, out, err)
    return verdict(outcome, expected), outcome.trouble


class Judge(unittest.TestCase):
    def test_all_pass(self):
        self.assertEqual(judge("TAP version 13\nok 1 - a\nok 2 - b\n1..2\n"), ("pass", None))

    def test_plan_first_and_several_streams(self):
        self.assertEqual(judge("TAP version 13\n1..1\nok 1 - a\nTAP version 13\nok 1\n1..1\n"), ("pass", None))

    def test_silence(self):
        self.assertEqual(judge(""), ("surprise", "it says nothing"))

    def test_no_plan(self):
        self.assertEqual(judge("TAP version 13\nok 1 - a\n"), ("surprise", "it has no plan"))

    def test_plan_of_nothing(self):
        self.assertEqual(judge("TAP version 13\n1..0\n"), ("surprise", "it has 0 tests of 0"))

    def test_missing_test(self):
        self.assertEqual(judge("TAP version 13\nok 1\nok 3\n1..3\n"), ("surprise", "it has 2 tests of 3"))

    def test_same_test_twice(self):
        self.assertEqual(judge("TAP version 13\nok 1\nok 1\n1..2\n"), ("surprise", "it has 2 tests of 2"))

    def test_status(self):
        self.assertEqual(judge("TAP version 13\nok 1\n1..1\n", status=2), ("surprise", "it ends with 2"))
        self.assertEqual(judge("TAP version 13\nok 1\n1..1\n", status=124), ("surprise", "it takes more than its time"))

    def test_failure(self):
        self.assertEqual(judge("TAP version 13\nok 1\nnot ok 2 - b\n1..2\n"), ("surprise", None))

    def test_what_is_quoted_does_not_count(self):
        self.assertEqual(judge("TAP version 13\n  ok 1\n# ok 1\n1..1\n"), ("surprise", "it has 0 tests of 1"))

    def test_all_skip_themselves(self):
        self.assertEqual(judge("TAP version 13\n1..1\nok 1 # SKIP not here\n"), ("skip", None))

    def test_failure_to_do(self):
        self.assertEqual(judge("TAP version 13\nok 1\nnot ok 2 - b # TODO\n1..2\n"), ("pass", None))

    def test_nested_tests_that_did_not_run(self):
        nested = 'TAP version 13\n  ---\n  {\n    "stdout": "%s"\n  }\n  ...\nok 1\n1..1\n'
        self.assertEqual(judge(nested % "TAP version 13\\nok 1\\n1..1\\n"), ("pass", None))
        self.assertEqual(judge(nested % ""), ("surprise", "it has no plan"))

    def test_refusal(self):
        say = lambda err: judge("", err=err, program="process_rlimits_fail")
        self.assertEqual(say("tare: not RLIMIT_TEST"), ("pass", None))
        self.assertEqual(say("tare: out of memory"), ("surprise", "no error names RLIMIT_TEST"))

    def test_report(self):
        say = lambda out: judge(out, program="prestart")
        self.assertEqual(say("TAP version 13\n1..0\n"), ("pass", None))
        self.assertEqual(say('TAP version 13\n  ---\n  {\n    "error": "late"\n  }\n  ...\n1..0\n'), ("surprise", None))
        self.assertEqual(say("TAP version 13\n"), ("surprise", "it has no plan"))

    def test_cut_short_by_what_is_tested(self):
        nested = 'TAP version 13\n  ---\n  {\n    "stderr": "%s",\n    "stdout": ""\n  }\n  ...\nok 1\n1..1\n'
        say = lambda err: judge(nested % err, program="linux_seccomp")
        self.assertEqual(say("getwd: operation not permitted"), ("pass", None))
        self.assertEqual(say("no such file"), ("surprise", "it has no plan"))

    def test_listed(self):
        out = "TAP version 13\nok 1\nnot ok 2\n1..2\n"
        self.assertEqual(judge(out, expected=("2", "reason"))[0], "known")
        self.assertEqual(judge(out, expected=("*", "reason"))[0], "known")
        self.assertEqual(judge(out, expected=("1", "reason"))[0], "surprise")
        self.assertEqual(judge(out, expected=("2,ends", "reason"))[0], "surprise")
        self.assertEqual(judge(out, expected=("2", "sometimes"))[0], "known")
        self.assertEqual(judge("TAP version 13\nok 1\n1..1\n", expected=("1", "sometimes"))[0], "pass")
        self.assertEqual(judge("TAP version 13\nok 1\n1..1\n", expected=("1", "reason"))[0], "surprise")
        self.assertEqual(judge("TAP version 13\nok 1\n1..1\n", expected=("*", "reason"))[0], "surprise")

    def test_only_elsewhere(self):
        def compare(tare, crun):
            outcomes = {name: read_program("create", 0, "TAP version 13\n" + out, "") for name, out in
                        {"tare": tare, "crun": crun, "runc": "not ok 1 - a\n1..1\n"}.items()}
            return list(only_elsewhere(outcomes))

        self.assertEqual(compare("ok 1 - a\n1..1\n", "ok 1 - a\n1..1\n"), [])
        self.assertEqual(compare("not ok 1 - a\n1..1\n", "ok 1 - a\nnot ok 2 - b\n1..2\n"), [("a", ["crun"])])
        self.assertEqual(compare("not ok 1 - an error\n1..1\n", "ok 1 - a\n1..1\n"), [("all of it", ["crun"])])
        self.assertEqual(compare("ok 1 - a\n", "ok 1 - a\n1..1\n"), [("all of it", ["crun"])])


if __name__ == "__main__":
    unittest.main()
