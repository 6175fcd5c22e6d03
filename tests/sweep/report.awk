# The table of build/sweep/NAME.md out of the lines of tests/sweep/sweep.cc. Fails where tare has
# something to mend.
BEGIN { FS = "\t" }
$1 == "total" {
    key = $2 "/" $3 "/" $4
    if (!(key in points)) order[++count] = key
    points[key] += $5
    for (i = 6; i <= NF; ++i) {
        split($i, pair, "=")
        number[key, pair[1]] += pair[2]
        sum[pair[1]] += pair[2]
    }
    all += $5
}
$1 == "finding" { findings[++found] = $0 }
$1 == "broken" { findings[++found] = $0; ++broken }
END {
    print "# Sweep of " name (step == 1 ? "" : ", every " step "th point")
    print ""
    print "| sweep | points | succeeded | refused | as if absent | left for delete | findings |"
    print "|---|---:|---:|---:|---:|---:|---|"
    for (i = 1; i <= count; ++i) {
        key = order[i]
        text = ""
        for (entry in number) {
            split(entry, part, SUBSEP)
            if (part[1] != key || part[2] ~ /^(succeeded|refused|as-if-absent|left-for-delete)$/) continue
            text = text (text == "" ? "" : ", ") number[entry] " " part[2]
        }
        printf "| %s | %d | %d | %d | %d | %d | %s |\n", key, points[key], number[key, "succeeded"],
            number[key, "refused"], number[key, "as-if-absent"], number[key, "left-for-delete"], text == "" ? "none" : text
    }
    print ""
    printf "%d points in %d s: %d leaks (%.1f %%), %d weakened, %d hangs, %d findings in all\n", all, seconds,
        sum["leak"], all ? 100 * sum["leak"] / all : 0, sum["weakened"], sum["hang"], found
    print ""
    for (i = 1; i <= found && i <= 200; ++i) {
        split(findings[i], f, "\t")
        if (f[1] == "broken")
            print "- " f[2] ": the sweep itself came to no end, status " f[3]
        else
            print "- " f[2] "/" f[3] "/" f[4] " at " f[5] ": " f[6] " " f[7] ": **" f[8] "** " f[9]
    }
    printf "\n%d passed, %d failed, 0 skipped\n", all - found + broken, found
    exit found > 0
}
