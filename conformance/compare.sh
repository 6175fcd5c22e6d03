#!/bin/bash
# Results side by side, as Markdown: compare.sh BUILD/tare.json BUILD/runc.json ...
set -eu -o pipefail

jq -rs '
    def sign: { pass: "✓", fail: "✗", skip: "–" }[.] // "?";
    def counts(f): [.[] | .requirements | map(select(f)) | "\(map(select(.result == "pass")) | length) / \(map(select(.result != "skip")) | length)"];
    def row: "| " + join(" | ") + " |";
    def rule: map("---") | row;
    . as $all
    | (["", "level"] + map(.version)) as $head
    | ($head | row), ($head | rule),
      (("MUST", "SHOULD", "MAY", "PRACTICE") as $level
        | ["met / tested", $level] + ($all | counts(.level == $level)) | row),
      "",
      (["document", "section"] + map(.runtime) | row, rule),
      (.[0].requirements | map(.section) | reduce .[] as $s ([]; if index([$s]) then . else . + [$s] end) | sort[] as $section
        | [($section | split("#")[0]), ($section | split("#")[1] // "")] + ($all | counts(.section == $section)) | row),
      "",
      (["requirement", "level"] + map(.runtime) | row, rule),
      (.[0].requirements[] as $r
        | [($r.section + ": " + ($r.text | gsub("\\|"; "\\|"))), $r.level]
          + [$all[] | .requirements[] | select(.id == $r.id) | .result | sign] | row)' "$@"
