#!/usr/bin/env bash
# Unpacks libtorch out of the wheels of PyPI into .libtorch/, where .cargo/config.toml looks for it.
#
#   scripts/setup-libtorch.sh         CPU only: 540 MB to download, 490 MB on disk
#   scripts/setup-libtorch.sh cuda    for NVIDIA GPUs: 2.5 GB to download, 3.6 GB on disk
#
# KIND=cuda is another way to say `cuda`, PYTHON names the Python whose pip downloads. A second call
# does nothing. A LIBTORCH or LIBTORCH_USE_PYTORCH of your own wins: then this does nothing either.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
kind=${1:-${KIND:-cpu}}
python=${PYTHON:-python3}
home=$root/.libtorch

say() { printf 'setup-libtorch: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

case $kind in cpu | cuda) ;; *) die "'$kind' is neither cpu nor cuda" ;; esac

if [ -n "${LIBTORCH:-}" ]; then
  say "LIBTORCH is set, using $LIBTORCH"
  exit 0
fi
if [ -n "${LIBTORCH_USE_PYTORCH+set}" ]; then
  say "LIBTORCH_USE_PYTORCH is set, using the torch package of your Python"
  exit 0
fi

version=$(sed -n 's/^torch==\([^ ]*\).*/\1/p' "$root/scripts/libtorch-cpu.txt")

# Whether libtorch of this version lies there already; the CUDA one serves where a CPU one is asked.
ready() {
  local stamp
  stamp=$(cat "$home/.stamp" 2>/dev/null) || return 1
  [ "$stamp" = "$version $kind" ] || [ "$stamp" = "$version cuda" ]
}

ready && exit 0

machine=$(uname -s)-$(uname -m)
[ "$machine" = Linux-x86_64 ] ||
  die "no wheels are listed for $machine; install libtorch $version yourself and set LIBTORCH to its folder"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null ||
  die "needs Python 3.8 or newer: install python3, or set PYTHON to another one"
"$python" -m pip --version >/dev/null 2>&1 ||
  die "needs pip: install python3-pip, or set PYTHON to a Python that has it"

# One at a time: whoever waited finds the work done. The lock dies with its process.
if command -v flock >/dev/null; then
  exec 9>"$root/.libtorch.lock"
  flock 9
  ready && exit 0
  rm -rf "$root"/.libtorch.new.*
fi

new=$(mktemp -d "$root/.libtorch.new.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM

# pip holds every wheel against the SHA-256 in the list. --platform, because the wheel need not fit
# this machine's Python: nothing of it is imported.
download() {
  local quiet=()
  [ -t 2 ] || quiet=(--quiet)
  PIP_DISABLE_PIP_VERSION_CHECK=1 "$python" -m pip download "${quiet[@]}" \
    --requirement "$root/scripts/libtorch-$kind.txt" --require-hashes --no-deps \
    --no-cache-dir --retries 5 --timeout 60 --dest "$new/wheels" \
    --only-binary=:all: --python-version 3.11 \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
    --platform manylinux_2_25_x86_64 --platform manylinux_2_18_x86_64 \
    --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    --platform manylinux2010_x86_64 --platform manylinux1_x86_64 >&2
}

say "downloading libtorch $version ($kind)"
for attempt in 1 2 3; do
  download && break
  [ "$attempt" -lt 3 ] ||
    die "pip could not download the wheels of scripts/libtorch-$kind.txt: see its words above. With no way to a package index, set LIBTORCH to a libtorch $version of your own"
  say "trying again"
  sleep $((5 * attempt))
done

say "unpacking"
"$python" - "$new" "$version" "$kind" <<'PYTHON'
import glob, re, sys, zipfile

home, version, kind = sys.argv[1:]
# Headers and shared libraries; nothing that only Python needs, no static libraries.
wanted = {
    "cpu": r"torch/include/|torch/lib/(libtorch_cpu\.so|libtorch\.so|libc10\.so|libgomp\.so\.1)$"
           r"|nvidia/cu13/lib/(libcudart|libcupti)\.so\.13$",
    "cuda": r"torch/include/|torch/lib/lib(?!torch_python)[^/]*\.so[^/]*$"
            r"|nvidia/.*/lib/(?!stubs/).*(?<!\.a)$",
}[kind]
for wheel in glob.glob(home + "/wheels/*.whl"):
    with zipfile.ZipFile(wheel) as files:
        files.extractall(home, [name for name in files.namelist() if re.match(wanted, name)])
with open(home + "/torch/build-version", "w") as file:
    file.write(f"{version}+{kind}")
PYTHON
rm -rf "$new/wheels"
[ -f "$new/torch/lib/libtorch_cpu.so" ] || die "the wheel of torch $version holds no libtorch_cpu.so"
echo "$version $kind" >"$new/.stamp"
chmod 755 "$new"

rm -rf "$home"
mv "$new" "$home"
say "libtorch $version ($kind) is in $home"
