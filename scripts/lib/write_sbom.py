"""Prints the bill of materials of a build as CycloneDX JSON.

Usage: write_sbom.py ROOT      the folder with Package.resolved and infra/Dockerfile
"""

import json
import pathlib
import re
import subprocess
import sys

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL


def swift_packages(root):
    for pin in json.loads((root / "Package.resolved").read_text())["pins"]:
        url, state = pin["location"].removesuffix(".git"), pin["state"]
        host, owner, name = url.removeprefix("https://").split("/")
        yield Component(
            name=name,
            type=ComponentType.LIBRARY,
            version=state["version"],
            purl=PackageURL("swift", f"{host}/{owner}", name, state["version"]),
            bom_ref=f"swift:{name}",
            external_references=[ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(pin["location"]))],
            properties=[Property(name="git:commit", value=state["revision"])],
        )


def installed_version(package):
    """The version on this machine, for a bill that is written inside the image; none elsewhere."""
    try:
        asked = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return asked.stdout or None if asked.returncode == 0 else None


def debian_packages(dockerfile):
    names = set()
    for line in re.findall(r"apt-get install -y --no-install-recommends ([^\\\n]+)", dockerfile):
        names.update(line.split())
    for name in sorted(names):
        version = installed_version(name)
        yield Component(
            name=name,
            type=ComponentType.LIBRARY,
            version=version,
            purl=PackageURL("deb", "debian", name, version, {"distro": "debian-12"}),
            bom_ref=f"deb:{name}",
        )


def images(dockerfile, pins):
    found = re.findall(r"^FROM ([^\s$@]+):([^\s@]+)@(sha256:[0-9a-f]{64})", dockerfile, re.M)
    found += re.findall(r"^SWIFT_IMAGE=([^\s@]+):([^\s@]+)@(sha256:[0-9a-f]{64})$", pins, re.M)
    for name, tag, digest in found:
        yield Component(
            name=name,
            type=ComponentType.CONTAINER,
            version=tag,
            purl=PackageURL("oci", None, name.split("/")[-1], digest, {"tag": tag}),
            bom_ref=f"image:{name}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest.removeprefix("sha256:"))],
        )


def downloads(dockerfile):
    for digest, url in re.findall(r"^ADD .*--checksum=sha256:([0-9a-f]{64}) (https://\S+)", dockerfile, re.M):
        yield Component(
            name=url.split("/")[-1],
            type=ComponentType.FILE,
            bom_ref=f"file:{url}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
            external_references=[ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(url))],
        )


def main():
    root = pathlib.Path(sys.argv[1])
    dockerfile, pins = (root / "infra/Dockerfile").read_text(), (root / "infra/pins.env").read_text()
    bom = Bom()
    bom.metadata.component = Component(name="user-sync", type=ComponentType.APPLICATION, bom_ref="user-sync")
    parts = [*swift_packages(root), *debian_packages(dockerfile), *images(dockerfile, pins), *downloads(dockerfile)]
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(bom.metadata.component, parts)
    print(make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2))


main()
