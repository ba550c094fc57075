#!/bin/sh
# Runs the engine's ignored tests that have the first argument in their names, with the profile that follows; fails where
# there is none, which cargo does not.
set -eu
name=$1
shift
cargo test "$@" -p kdp-engine --test engine "$name" -- --ignored --list --format terse | grep -q ': test$' || {
  echo "the engine has no ignored test with $name in its name" >&2
  exit 1
}
cargo test "$@" -p kdp-engine --test engine "$name" -- --ignored --nocapture
