# shellcheck shell=bash
# Release builds of the three programs. With the Swift runtime linked in, a program starts faster, takes less memory, and needs no
# toolchain where it runs.

# shellcheck disable=SC2034 # the other parts use BIN

readonly RELEASE_FLAGS=(-c release --static-swift-stdlib)

# build_release: builds the programs unless USER_SYNC_EXECUTABLES names built ones, and sets BIN to the folder they are in.
build_release() {
    local product
    if [[ -n ${USER_SYNC_EXECUTABLES-} ]]; then
        BIN=$(cd -- "$USER_SYNC_EXECUTABLES" && pwd -P)
        return
    fi
    step "building in release mode"
    for product in orchestrator worker legacy-simulator; do
        swift build --package-path "$ROOT" --force-resolved-versions "${RELEASE_FLAGS[@]}" --product "$product" >&2
    done
    BIN=$(swift build --package-path "$ROOT" "${RELEASE_FLAGS[@]}" --show-bin-path)
}
