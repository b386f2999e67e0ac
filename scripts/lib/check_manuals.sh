# shellcheck shell=bash
# Checks what scripts/manuals writes: a page for every command, and completions that a real bash completes with.

# completes WORD... WANTED: whether bash, after these words, the last one unfinished, offers the wanted one.
completes() (
    set +u
    # shellcheck source=/dev/null
    source "$MANUALS/bash-completion/completions/$1"
    COMP_WORDS=("${@:1:$#-1}")
    COMP_CWORD=$(($# - 2))
    COMP_LINE="${COMP_WORDS[*]}"
    COMP_POINT=${#COMP_LINE}
    COMPREPLY=()
    "$(complete -p "$1" | sed 's/.* -F \([^ ]*\) .*/\1/')" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" || true
    [[ " ${COMPREPLY[*]} " == *" ${*: -1} "* ]]
)

check_manuals() {
    local page program
    MANUALS=$ROOT/.build/check-manuals
    rm -rf -- "$MANUALS"
    "$ROOT/scripts/manuals" --debug "$MANUALS"
    for page in orchestrator.{sync,status,history.show,history.prune,rejects,source,reset,doctor,serve,migrate,dead-letters.list,dead-letters.redrive} worker.{run,health}; do
        grep -q '^\.Sh DESCRIPTION' "$MANUALS/man/man1/$page.1" || die "no manual page $page"
    done
    for program in orchestrator worker; do
        grep -q "complete -c '\?$program" "$MANUALS/fish/vendor_completions.d/$program.fish" || die "no fish completions of $program"
        grep -q "^#compdef $program" "$MANUALS/zsh/site-functions/_$program" || die "no zsh completions of $program"
    done
    completes orchestrator doc doctor || die "bash does not complete 'orchestrator doc'"
    completes orchestrator dead-letters re redrive || die "bash does not complete 'orchestrator dead-letters re'"
    completes orchestrator history show --li --limit || die "bash does not complete 'orchestrator history show --li'"
    completes orchestrator rejects --li --limit || die "bash does not complete 'orchestrator rejects --li'"
    completes orchestrator history pr prune || die "bash does not complete 'orchestrator history pr'"
    completes worker ru run || die "bash does not complete 'worker ru'"
    ! completes orchestrator dead-letters re doctor || die "bash completes what is not there"
}
