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

# requirements_of ENVIRONMENT: prints the file that pins its packages.
requirements_of() {
    case $1 in
    venv) printf '%s\n' "$ROOT/scripts/requirements.txt" ;;
    venv-*) printf '%s\n' "$ROOT/scripts/requirements-${1#venv-}.txt" ;;
    esac
}

# environment_of_server NAME: prints the environment that an SQS server lives in.
environment_of_server() {
    case $1 in
    localstack) printf 'venv\n' ;;
    moto) printf 'venv-moto\n' ;;
    *) die "SQS_SERVER is localstack or moto, not $1" ;;
    esac
}

# python_environments NAME...: makes some, side by side.
python_environments() {
    local name job failed='' jobs=()
    mkdir -p "$TOOLS"
    # As background jobs, all of them: bash ignores errors inside a function whose own status is looked at.
    for name; do
        python_environment "$name" "$(requirements_of "$name")" &
        jobs+=("$!")
    done
    for job in "${jobs[@]}"; do wait "$job" || failed=yes; done
    [[ -z $failed ]] || die "a Python environment could not be made: see above"
}
