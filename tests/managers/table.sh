#!/bin/bash
# table.sh LOG: what run.sh said, as a table in Markdown: seconds (of several rounds their median), or why not.
set -eu
tr -d '\r' <"$1" | awk '
    function median(list,    times, count, i, j, swap) {
        count = split(list, times)
        for (i = 2; i <= count; i++)
            for (j = i; j > 1 && times[j - 1] + 0 > times[j] + 0; j--) { swap = times[j]; times[j] = times[j - 1]; times[j - 1] = swap }
        return count % 2 ? times[(count + 1) / 2] : (times[count / 2] + times[count / 2 + 1]) / 2
    }
    /^(ok|not ok|known|skip) / {
        sub(/^not ok/, "not")
        if (!($2 in seen)) { seen[$2] = 1; order[++count] = $2 }
        if ($1 == "ok") times[$2, $3] = times[$2, $3] " " $4
        else cell[$2, $3] = $1 == "known" ? "fails (known)" : $1 == "skip" ? "-" : "**fails**"
        if ($3 != "any" && !($3 in known)) { known[$3] = 1; names[++width] = $3 }
    }
    END {
        line = "| check |"; rule = "|---|"
        for (i = 1; i <= width; i++) { line = line " " names[i] " |"; rule = rule "---:|" }
        print line; print rule
        for (c = 1; c <= count; c++) {
            line = "| " order[c] " |"
            for (i = 1; i <= width; i++) {
                text = cell[order[c], names[i]] # one failure counts, whatever the other rounds say
                if (text == "") text = cell[order[c], "any"]
                if (text == "") { seconds[i] = median(times[order[c], names[i]]); text = sprintf("%.2f", seconds[i]); passes[c]++ }
                line = line " " text " |"
            }
            print line
            for (i = 1; i <= width && passes[c] == width; i++) total[names[i]] += seconds[i]
        }
        line = "| those that pass with each, in seconds |" # any other sum would favour who fails
        for (i = 1; i <= width; i++) line = line sprintf(" %.1f |", total[names[i]])
        print line
    }'
