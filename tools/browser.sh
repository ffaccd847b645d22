#!/bin/sh
# See to the browser that the tests of the page drive: Debian's chromium.
#
# Installs it as root where apt is at hand; otherwise says in one line how to get it. Without it those
# tests skip, or fail where COINTRAIL_REQUIRE_BROWSER is set.
set -eu

command -v chromium >/dev/null 2>&1 && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    if { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "make test: no chromium, so the page is not tested in a browser; as root: apt-get install chromium" >&2
