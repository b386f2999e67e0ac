# shellcheck shell=bash
# Pins every Swift package, transitive ones too: Package.resolved is written from scripts/swift-packages.txt. Git ignores the file
# itself, since its commits depend on where the packages come from (a mirror has others than GitHub).

# resolve_packages: writes Package.resolved unless it was written from the same list before.
resolve_packages() {
    local -r list=$ROOT/scripts/swift-packages.txt resolved=$ROOT/Package.resolved
    local url version commit name folder pins='' stamp
    stamp=$(sha256sum <"$list")
    [[ ! -f $resolved || ! -f $TOOLS/.swift-packages || $(<"$TOOLS/.swift-packages") != "$stamp" ]] || return 0
    step "pinning the Swift packages of scripts/swift-packages.txt"
    folder=$(mktemp -d)
    local jobs=() job failed=''
    while read -r url version; do
        [[ -n $url && $url != '#'* ]] || continue
        name=${url##*/}
        name=${name%.git}
        # An annotated tag has a second line, `^{}`, with the commit that it names.
        git ls-remote "$url" "refs/tags/$version" "refs/tags/$version^{}" >"$folder/$name" &
        jobs+=("$!")
    done <"$list"
    for job in "${jobs[@]}"; do wait "$job" || failed=yes; done
    [[ -z $failed ]] || die "a Swift package could not be reached: see above"
    while read -r url version; do
        [[ -n $url && $url != '#'* ]] || continue
        name=${url##*/}
        name=${name%.git}
        commit=$(tail -n 1 "$folder/$name" | cut -f 1)
        [[ $commit =~ ^[0-9a-f]{40}$ ]] || die "$url has no tag $version: correct scripts/swift-packages.txt"
        pins+=$(printf ',\n    {"identity": "%s", "kind": "remoteSourceControl", "location": "%s", "state": {"revision": "%s", "version": "%s"}}' \
            "${name,,}" "$url" "$commit" "$version")
    done <"$list"
    printf '{\n  "pins": [%s\n  ],\n  "version": 2\n}\n' "${pins#,}" >"$resolved"
    rm -rf -- "$folder"
    printf '%s\n' "$stamp" >"$TOOLS/.swift-packages"
}
