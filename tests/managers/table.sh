#!/bin/bash
# table.sh LOG: what run.sh said, as a table in Markdown: seconds, or why not.
set -eu
tr -d '\r' <"$1" | awk '
    /^(ok|not ok|known|skip) / {
        sub(/^not ok/, "not")
        if (!($2 in seen)) { seen[$2] = 1; order[++count] = $2 }
        cell[$2, $3] = $1 == "ok" ? $4 : $1 == "known" ? "fails (known)" : $1 == "skip" ? "-" : "**fails**"
        if ($1 == "ok") { seconds[$2, $3] = $4; passes[$2]++ }
        if ($3 != "any" && !($3 in known)) { known[$3] = 1; names[++width] = $3 }
    }
    END {
        line = "| check |"; rule = "|---|"
        for (i = 1; i <= width; i++) { line = line " " names[i] " |"; rule = rule "---:|" }
        print line; print rule
        for (c = 1; c <= count; c++) {
            line = "| " order[c] " |"
            for (i = 1; i <= width; i++) {
                text = cell[order[c], names[i]]
                if (text == "") text = cell[order[c], "any"]
                line = line " " text " |"
            }
            print line
            for (i = 1; i <= width && passes[order[c]] == width; i++) total[names[i]] += seconds[order[c], names[i]]
        }
        line = "| those that pass with each, in seconds |" # any other sum would favour who fails
        for (i = 1; i <= width; i++) line = line sprintf(" %.1f |", total[names[i]])
        print line
    }'
