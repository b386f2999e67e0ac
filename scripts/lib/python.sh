# shellcheck shell=bash
# The Python environments in .build-tools: `venv` with LocalStack and botocore, `venv-moto` with moto's server,
# `venv-terminal` with a terminal emulator, `venv-web` with what checks the HTTP API and operates its page.
# What goes into them is written by scripts/pin-python.

# shellcheck disable=SC2034 # for scripts/pin-python
readonly OLDEST_PYTHON=3.11

# python_environment NAME REQUIREMENTS: makes the environment unless it was made from the same requirements before.
python_environment() {
    local -r folder=$TOOLS/$1 requirements=$2
    local stamp
    stamp=$( (cat "$requirements" && python3 -VV && printf '%s\n' "$folder") | sha256sum)
    [[ ! -f $folder/.complete || $(<"$folder/.complete") != "$stamp" ]] || return 0
    step "installing the Python packages of ${requirements#"$ROOT"/} into .build-tools/$1"
    rm -rf -- "$folder"
    python3 -m venv "$folder"
    # The file names all that is needed. Nothing is built: that would run code of packages that no hash covers.
    "$folder/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --retries 5 \
        --require-hashes --only-binary :all: --no-deps -r "$requirements" >&2
    if [[ $1 == venv ]]; then "$folder/bin/python" "$ROOT/scripts/lib/run_localstack.py" --prepare; fi
    printf '%s\n' "$stamp" >"$folder/.complete"
}

# python_environments: makes all of them, side by side.
python_environments() {
    local name requirements job failed='' jobs=()
    mkdir -p "$TOOLS"
    # As background jobs, all of them: bash ignores errors inside a function whose own status is looked at.
    while read -r name requirements; do
        python_environment "$name" "$ROOT/scripts/$requirements" &
        jobs+=("$!")
    done <<'END'
venv requirements.txt
venv-moto requirements-moto.txt
venv-terminal requirements-terminal.txt
venv-web requirements-web.txt
END
    for job in "${jobs[@]}"; do wait "$job" || failed=yes; done
    [[ -z $failed ]] || die "a Python environment could not be made: see above"
}
