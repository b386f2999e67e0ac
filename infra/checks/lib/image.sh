# shellcheck shell=bash
# The image of infra/Dockerfile as a plain root file system, in $STACK/image, and programs that run from it.

IMAGE_USER=
IMAGE_VOLUME=
IMAGE_HEALTH_CHECK=
IMAGE_ENVIRONMENT=()

# What a program in the image is told, as a container would be: these variables, and nothing else of this script's environment.
readonly IMAGE_SETTINGS=(DATABASE_URL PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE LEGACY_API_URL LEGACY_API_KEY SQS_QUEUE_URL SQS_DEAD_LETTER_QUEUE_URL AWS_ENDPOINT_URL_SQS AWS_REGION
    AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_EC2_METADATA_DISABLED LOG_FORMAT)

# make_image STAGE: carries out the instructions of a stage, in an empty Debian of the release that its base names.
make_image() {
    local -r image=$STACK/image
    local instruction text
    mkdir -p "$image"
    python3 "$ROOT/infra/checks/lib/dockerfile.py" "$ROOT/infra/Dockerfile" "$1" >"$STACK/instructions"
    while IFS=$'\t' read -r instruction text; do
        case $instruction in
        FROM) make_base "$image" "$text" ;;
        RUN)
            cp /etc/resolv.conf "$image/etc/resolv.conf"
            DEBIAN_FRONTEND=noninteractive chroot "$image" /bin/sh -e -c "$text" >"$STACK/image.log" 2>&1 ||
                { show_log image && die "RUN $text: failed, see above"; }
            ;;
        COPY) copy_into "$image" "$text" ;;
        ADD) say "left out, since it comes from another network: ADD $text" ;;
        ENV) IMAGE_ENVIRONMENT+=("$text") ;;
        USER) IMAGE_USER=$text ;;
        VOLUME) IMAGE_VOLUME=$(tr -d '[]"' <<<"$text") ;;
        HEALTHCHECK) IMAGE_HEALTH_CHECK=$(tr -d '[]",' <<<"${text##*CMD }") ;;
        CMD) ;;
        *) die "check-image does not know the instruction $instruction of infra/Dockerfile" ;;
        esac
    done <"$STACK/instructions"
}

# make_base FOLDER IMAGE: an empty Debian, as the slim image has it. Kept for the next time.
make_base() {
    local -r kept=$TOOLS/debian-bookworm.tar
    [[ $2 == debian:12.*-slim* ]] || die "check-image knows Debian 12 only, and infra/Dockerfile starts from $2"
    if [[ ! -f $kept ]]; then
        debootstrap --variant=minbase bookworm "$1" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$STACK/debootstrap.log" 2>&1 ||
            { show_log debootstrap && die "debootstrap failed, see above"; }
        tar -C "$1" -cf "$kept.new" . && mv "$kept.new" "$kept"
        return
    fi
    tar -C "$1" -xf "$kept"
}

# copy_into FOLDER TEXT: a COPY, of what the build stage has made or of the package's own files.
copy_into() {
    local words source
    read -ra words <<<"$2"
    local -r target=$1${words[-1]}
    unset 'words[-1]'
    mkdir -p "$target"
    for source in "${words[@]}"; do
        case $source in
        --from=build) ;;
        # Both are Debian 12, the build stage and this machine.
        /usr/lib/postgresql/*) cp "$source" "$target" ;;
        /programs/*) cp "$BIN/${source#/programs/}" "$target" && strip "$target/${source#/programs/}" ;;
        --* | /*) die "check-image does not know where this comes from: COPY $2" ;;
        *) cp -r "$ROOT/$source" "$target" ;;
        esac
    done
}

# in_image COMMAND...: runs a command in the image in place of this process: its user, no privileges to gain, a read-only root, a /proc,
# and /dev/shm and the volume to write to. The network is this machine's.
in_image() {
    local name assignments=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${IMAGE_ENVIRONMENT[@]}")
    for name in "${IMAGE_SETTINGS[@]}"; do [[ ! -v $name ]] || assignments+=("$name=${!name}"); done
    # shellcheck disable=SC2016 # the inner shell expands
    exec unshare --mount --propagation private /bin/sh -e -c '
        image=$1 user=$2 volume=$3
        shift 3
        mount --bind "$image" "$image"
        mount --bind "$image$volume" "$image$volume"
        mount -o remount,bind,ro "$image"
        mount -t proc proc "$image/proc"
        mount -t tmpfs -o mode=1777,size=64m tmpfs "$image/dev/shm"
        exec chroot --userspec="$user" "$image" /usr/bin/env -i "$@"
    ' sh "$STACK/image" "$IMAGE_USER" "$IMAGE_VOLUME" "${assignments[@]}" /usr/bin/setpriv --no-new-privs "$@"
}

# check_image: what must hold of it before any sync.
check_image() {
    local program missing
    line "user" "$( (in_image id) )"
    [[ $( (in_image id -u) ) == "${IMAGE_USER%%:*}" && $IMAGE_USER != 0* ]] || die "the image's user is not the one it says, or is root"
    if (in_image touch /usr/local/bin/x) 2>/dev/null; then die "the image's root can be written to"; fi
    (in_image touch "$IMAGE_VOLUME/x") || die "the image's user cannot write to the volume $IMAGE_VOLUME"
    for program in orchestrator worker psql; do
        missing=$( (in_image ldd "/usr/local/bin/$program") | grep 'not found') || true
        [[ -z $missing ]] || die "$program lacks libraries that infra/Dockerfile does not install: $missing"
        (in_image "$program" --help) >/dev/null
    done
    line "Debian packages" "$(grep -c '^Package:' "$STACK/image/var/lib/dpkg/status")"
    line "size, unpacked" "$(du -sm --exclude=proc --exclude=cache "$STACK/image" | cut -f1) MB"
}

# use_image_programs: from now on $BIN is a folder whose programs run from the image.
use_image_programs() {
    local -r built=$BIN
    local program
    mkdir "$STACK/bin"
    for program in orchestrator worker; do
        {
            printf '#!/usr/bin/env bash\nset -euo pipefail\nSTACK=%q IMAGE_USER=%q IMAGE_VOLUME=%q\n' "$STACK" "$IMAGE_USER" "$IMAGE_VOLUME"
            declare -p IMAGE_ENVIRONMENT IMAGE_SETTINGS
            declare -f in_image
            # shellcheck disable=SC2016 # the program's own arguments
            printf 'in_image %q "$@"\n' "$program"
        } >"$STACK/bin/$program"
        chmod +x "$STACK/bin/$program"
    done
    ln -s "$built/legacy-simulator" "$STACK/bin/legacy-simulator"
    BIN=$STACK/bin
}

# check_health PROCESS: asks the image's health check about a running worker. Sets FAILED when it does not say well.
check_health() {
    local answer
    [[ -n $IMAGE_HEALTH_CHECK ]] || return 0
    # In the worker's own view of the file system.
    answer=$(nsenter --mount --target "$(process_id "$1")" chroot --userspec="$IMAGE_USER" "$STACK/image" \
        /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin "${IMAGE_ENVIRONMENT[@]}" /bin/sh -c "$IMAGE_HEALTH_CHECK" 2>&1) ||
        FAILED=yes
    line "health check" "$answer"
}
