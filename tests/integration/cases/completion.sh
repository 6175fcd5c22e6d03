# Completions and manual pages, by the programs that read them.

# complete WORD...: what bash would offer for the last word, sorted, in $out.
complete_words() {
    local COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _tare
    out=$(printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ')
}

test_bash_completes() {
    quiet tare completion bash
    eval "$out"
    tare() { "$TARE" --root "$STATE" "$@"; } # the script asks it for the ids
    complete_words tare cre
    is 'a command' "$out" 'create '
    complete_words tare --root /tmp --log-
    is 'a global option' "$out" '--log-format --log-level '
    complete_words tare --root /tmp kill --
    is 'the options of a command' "$out" '--all --help '
    mkdir -p files/folder
    touch files/file
    complete_words tare create --bundle files/f
    is 'a directory' "$out" 'files/folder '
    complete_words tare create -f files/f
    is 'files' "$out" 'files/file files/folder '
    bundle a 'args(["/bin/sleep", "100"])'
    quiet tare run -d --bundle a some-container
    complete_words tare state some
    is 'an id' "$out" 'some-container '
    complete_words tare state some-container ''
    is 'nothing behind it' "$out" ' '
    complete_words tare run some
    is 'an id that is taken' "$out" ' '
    complete_words tare kill -a some
    is 'an id behind an option' "$out" 'some-container '
    unset -f tare
    tare() { "$TARE" "$@"; }
    complete_words tare --root "$STATE" --log-level debug state some
    is 'an id below --root' "$out" 'some-container '
    complete_words tare --root = "$STATE" exec --cwd / some
    is 'an id below --root=' "$out" 'some-container '
    tare --root "$STATE" delete -f some-container
    complete_words tare --log-format ''
    is 'values of a global option' "$out" 'json text '
    complete_words tare list -f t
    is 'values of an option' "$out" 'table '
    complete_words tare kill a US
    is signals "$out" 'USR1 USR2 '
    complete_words tare completion ''
    is shells "$out" 'bash fish zsh '
    complete_words tare man upd
    is 'a command of the manual' "$out" 'update '
}

test_zsh_parses_its_script() {
    needs_program zsh
    tare completion zsh >_tare
    quiet zsh -n _tare
}

test_fish_parses_its_script() {
    needs_program fish
    tare completion fish >tare.fish
    quiet fish --no-execute tare.fish
}

test_groff_has_no_warnings() {
    needs_program groff
    local name
    tare man >tare.8
    for name in $(sed -n 's/^\.SS .fB\([a-z]*\).fR$/\1/p' tare.8); do tare man "$name" >"tare-$name.8"; done
    (( $(ls tare*.8 | wc -l) > 15 )) || fail "few pages: $(ls)"
    for name in tare*.8; do
        quiet groff -man -ww -Tascii "$name"
        is "warnings for $name" "$err" ''
    done
}

test_misuse_is_named() {
    refused "there are completions for bash, zsh and fish, not for 'csh'" tare completion csh
    refused 'missing argument SHELL' tare completion
    refused 'there is no command "nonsense"' tare man nonsense
}
