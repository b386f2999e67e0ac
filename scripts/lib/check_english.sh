# shellcheck shell=bash
# Spelling, by codespell, and phrases that this project does not use, by scripts/lib/phrases.txt.

# check_english: spelling in documents, comments, messages and names; phrases in documents.
check_english() {
    local pattern instead found='' files documents
    python_environment venv-lint "$ROOT/scripts/requirements-lint.txt"
    mapfile -t files < <(git ls-files -- '*.md' '*.swift' '*.sh' '*.py' '*.js' '*.yaml' scripts infra .ci |
        grep -vE '(requirements.*\.txt|README\.pt-BR\.md|scripts/lib/phrases\.txt|axe|\.json)$' | sort -u)
    mapfile -t documents < <(printf '%s\n' "${files[@]}" | grep '\.md$')
    # Names of Swift, SQL and the tests' own made-up words.
    "$TOOLS/venv-lint/bin/codespell" --ignore-words "$ROOT/scripts/lib/words.txt" "${files[@]}" || found=yes
    while IFS=$'\t' read -r pattern instead; do
        [[ -n $pattern && $pattern != '#'* ]] || continue
        if grep -nEi -- "$pattern" "${documents[@]}"; then
            say "say it plainly: $instead (scripts/lib/phrases.txt)"
            found=yes
        fi
    done <"$ROOT/scripts/lib/phrases.txt"
    [[ -z $found ]] || die "the English above needs a correction"
}
