#!/bin/sh
# What the browser tests of the desk need: Debian's Chromium, and axe-core from npm (pinned in package.json and its lock).
# `make test` calls this. What is there already is left alone, and nothing is asked of the network then; as root on
# Debian the rest is installed, otherwise it is said what is missing, and the tests say so again.
set -u
here=$(dirname "$0")

has() { command -v "$1" >/dev/null 2>&1; }
browser() { has chromium || has chromium-browser || has google-chrome; }
axe() { test -f "$here/node_modules/axe-core/axe.min.js"; }
say() { echo "browser tests: $*" >&2; }

wanted=""
browser || wanted="chromium"
axe || has npm || wanted="$wanted nodejs npm"

if test -n "$wanted" && has apt-get && test "$(id -u)" = 0; then
  say "installing$(printf ' %s' $wanted) from Debian"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null && apt-get install -qq -y --no-install-recommends $wanted >/dev/null ||
    say "apt-get could not install them"
fi
if ! axe && has npm; then
  say "installing axe-core"
  (cd "$here" && npm ci --silent --no-audit --no-fund --ignore-scripts) || say "npm could not install axe-core"
fi
browser || say "NO CHROMIUM: install it (Debian: apt-get install chromium); the browser tests are skipped, or fail in CI"
axe || say "NO AXE-CORE: npm ci in tests/; the accessibility test is skipped, or fails in CI"
exit 0
