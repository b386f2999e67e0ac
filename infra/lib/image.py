"""The image: built for this machine's architecture and pushed, unless its tag exists; and whether a runtime takes an image that is given."""

from __future__ import annotations

import json
import pathlib
import platform
import re
import shutil
import subprocess
import sys

from aws import Aws, Problem, step

ROOT = pathlib.Path(__file__).resolve().parents[2]
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
# What an image's manifest calls them.
DOCKER_NAMES = {"arm64": "arm64", "x86_64": "amd64"}
# What goes into the image.
SOURCES = ["Package.swift", "Sources", "Tests", "scripts", "infra/Dockerfile", "infra/sql", "infra/pins.env"]

SINGLE = {"application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json"}
INDEX = {"application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json"}


def manifest_problem(manifest: dict, runtime: str, architecture: str) -> str | None:
    """Why a runtime does not take an image with this manifest; None when it does. The runtime is `containers` or `lambda`.

    Lambda takes one manifest, no index: https://docs.aws.amazon.com/lambda/latest/dg/images-create.html. ECS takes an index that holds the
    task's architecture. What a containerd image store pushes unasked is an index with provenance, of kind unknown/unknown.
    """
    kind = manifest.get("mediaType") or ("index" if "manifests" in manifest else "")
    if kind in SINGLE:
        return None
    if kind not in INDEX and "manifests" not in manifest:
        return f"its manifest is of a kind that neither ECS nor Lambda takes: {kind or 'none'}"
    if runtime == "lambda":
        return "it is an index of several manifests, which Lambda refuses. Give the digest of one architecture, built with --provenance=false --sbom=false"
    wanted = DOCKER_NAMES[architecture]
    found = sorted({each.get("platform", {}).get("architecture", "unknown") for each in manifest["manifests"]})
    if wanted not in found:
        return f"it holds {', '.join(found)}, and ARCHITECTURE={architecture} needs {wanted}"
    return None


class Images:
    def __init__(self, aws: Aws, repository: str):
        self.aws, self.repository = aws, repository

    def exists(self, tag: str) -> bool:
        name = self.repository.split("/", 1)[1]
        return bool(self.aws.maybe(("ImageNotFoundException",), "ecr", "describe-images", "--repository-name", name, "--image-ids", f"imageTag={tag}"))

    def choose(self, image: str, runtime: str, architecture: str) -> str:
        """The image as the runtime takes it: of an index, Lambda is given its own architecture's manifest. Ends when there is none.

        An image of another registry than ECR cannot be looked at.
        """
        match = re.fullmatch(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<name>[^:@]+)(:(?P<tag>[^@]+))?(@(?P<digest>sha256:.+))?", image)
        if not match:
            if runtime == "lambda":
                raise Problem(f"{image} is not in ECR, and Lambda takes images from nowhere else")
            return image
        reference = f"imageDigest={match['digest']}" if match["digest"] else f"imageTag={match['tag'] or 'latest'}"
        answer = self.aws(
            "ecr", "batch-get-image", "--registry-id", match["account"], "--region", match["region"], "--repository-name", match["name"],
            "--image-ids", reference, "--accepted-media-types", *sorted(SINGLE | INDEX),
        )  # fmt: skip
        if not answer["images"]:
            raise Problem(f"{image} is not in the registry: {answer['failures'][0]['failureReason'] if answer.get('failures') else 'no such image'}")
        manifest = json.loads(answer["images"][0]["imageManifest"])
        if runtime == "lambda" and "manifests" in manifest:
            fit = [each["digest"] for each in manifest["manifests"] if each.get("platform", {}).get("architecture") == DOCKER_NAMES[architecture]]
            if len(fit) == 1:
                return re.split(r"[:@]", image, maxsplit=1)[0] + f"@{fit[0]}"
        problem = manifest_problem(manifest, runtime, architecture)
        if problem:
            raise Problem(f"{image} cannot be used: {problem}")
        return image

    def index(self, commit: str) -> str:
        """One manifest for both architectures of a commit, which must be in the registry each. Gives its address."""
        image = f"{self.repository}:{commit}"
        parts = [f"{commit}-{each}" for each in DOCKER_NAMES]
        missing = [each for each in parts if not self.exists(each)]
        if missing:
            raise Problem(f"the registry has no {' and no '.join(missing)}: build each on a machine of its own first")
        if not self.exists(commit):
            self.log_in()
            docker("buildx", "imagetools", "create", "--tag", image, *[f"{self.repository}:{each}" for each in parts])
        return image

    def log_in(self) -> None:
        password = self.aws.text("ecr", "get-login-password")
        docker("login", "--username", "AWS", "--password-stdin", self.repository.split("/", 1)[0], text=password)

    def build(self, commit: str, architecture: str) -> str:
        """The image of a commit, which is checked out: built and pushed unless the registry has it. Gives its address."""
        tag = f"{commit}-{architecture}"
        image = f"{self.repository}:{tag}"
        if self.exists(tag):
            step(f"the image of {commit} is in the registry already")
            return image
        here = MACHINES.get(platform.machine().lower())
        if here != architecture:
            raise Problem(
                f"this machine is {here or platform.machine()}, and ARCHITECTURE={architecture}: Swift crashes under emulation. Set ARCHITECTURE={here}, build on "
                f"another machine, or take an image that the pipeline has built (--image; infra/README.md)."
            )
        if shutil.which("docker") is None:
            raise Problem("there is no docker in PATH, which builds the image. Install it, or give an image that exists with --image.")
        pin = next((line for line in (ROOT / "infra/pins.env").read_text().splitlines() if line.startswith("SWIFT_IMAGE=")), "SWIFT_IMAGE=")
        if "@sha256:" not in pin:
            raise Problem("infra/pins.env has no digest of the build's image: run infra/pin, look at what it wrote, and commit it. Or give --image.")
        step(f"building the image of {commit} for {architecture}")
        docker("build", "--provenance=false", "--sbom=false", "--build-arg", pin, "--target", "service", "-f", "infra/Dockerfile", "-t", image, ".")
        step("pushing it")
        self.log_in()
        docker("push", image)
        return image


def current_commit() -> str:
    """The commit that is checked out, when all that goes into the image is in it."""
    changed = git("status", "--porcelain", "--", *SOURCES)
    if changed:
        raise Problem("what goes into the image is not committed, so that nobody could tell later what runs. Commit it, or give --image:\n" + changed)
    return git("rev-parse", "--short=12", "HEAD")


def docker(*arguments: str, text: str | None = None) -> None:
    # What Docker says is for the person who watches, and standard output is for what a program asks for.
    given = {"input": text} if text else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(["docker", *arguments], cwd=ROOT, text=True, stdout=sys.stderr, **given)
    if done.returncode != 0:
        raise Problem(f"`docker {arguments[0]}` failed, see above")


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise Problem(f"`git {arguments[0]}` failed: {done.stderr.strip()}\nThe image's tag is the commit's hash; outside of a clone, give --image.")
    return done.stdout.strip()
