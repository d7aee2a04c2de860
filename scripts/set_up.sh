#!/usr/bin/env bash
# Installs what is missing: `run` for the server, `dev` for tests and lint, `browser` Chromium,
# `databases` the database servers for tests of database sources, `eatmydata` what saves the tests from waiting for the disk.
# Called by make. All packages come from the registries in this machine's configuration.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/node/node_modules/.bin:$PWD/.venv/bin:$PATH"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python=${PYTHON:-python3}
bun=.venv/node/node_modules/.bin/bun

say() { printf '%s\n' "$*"; }

works() { "$1" --version >/dev/null 2>&1; }

make_venv() {
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then return; fi
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        { say "Python 3.11 or newer is needed. To choose another one: make run PYTHON=python3.12"; exit 1; }
    say "Creating the virtual environment"
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        # On Debian the part of venv that installs pip is in a separate package.
        rm -rf .venv
        "$python" -m venv --without-pip .venv
        "$python" -m pip --python .venv/bin/python install -qq pip
    fi
}

npm_install() {
    # The machine's npm configuration may have settings that a newer npm warns about.
    .venv/bin/npm install --prefix .venv/node --no-audit --no-fund --loglevel=error "$@"
}

install_bun() {
    if works "$bun"; then return; fi
    say "Installing Bun"
    mkdir -p .venv/node
    npm_install bun@1 || true
    if works "$bun"; then return; fi
    # The package's install script, which puts the binary in place, may not be allowed to run.
    for binary in .venv/node/node_modules/@oven/bun-*/bin/bun; do
        if works "$binary"; then
            ln -sf "$PWD/$binary" "$bun"
            return
        fi
    done
    say "Bun could not be installed from the npm registry."
    exit 1
}

set_up_run() {
    make_venv
    say "Installing the Python packages"
    .venv/bin/python -m pip install -qq -r requirements.txt
    works .venv/bin/node || { say "Node could not be installed from the Python registry."; exit 1; }
    install_bun
}

set_up_dev() {
    say "Installing the packages for the tests"
    .venv/bin/python -m pip install -qq -r requirements-dev.txt
    [ -e .venv/node/node_modules/axe-core/axe.min.js ] || npm_install axe-core@4
    works "$bun" || install_bun
}

apt_install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }

has_program() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" >/dev/null; }

has_chromium() { has_program chromium || has_program chromium-browser; }

# The headless shell spends a quarter of the processor time of the whole browser.
set_up_browser() {
    if has_program chromium-headless-shell; then return; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        # Where the shell cannot be installed, an installed Chromium is enough.
        say "Installing Chromium's headless shell"
        apt-get update -qq || has_chromium
        apt_install chromium-headless-shell 2>/dev/null || has_chromium || apt_install chromium
    elif ! has_chromium; then
        # Without it the browser tests are skipped with this reason; all others run.
        say "The browser tests need Chromium. Install it as root: apt-get install chromium-headless-shell"
    fi
}

set_up_databases() {
    local missing=()
    # On Debian PostgreSQL's programs are not on the PATH.
    has_program postgres || compgen -G "/usr/lib/postgresql/*/bin/postgres" >/dev/null || missing+=(postgresql)
    has_program mariadbd || missing+=(mariadb-server)
    if [ ${#missing[@]} = 0 ]; then return; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing ${missing[*]}"
        apt-get update -qq
        install_without_starting "${missing[@]}"
    else
        # Without them the tests that need one are skipped with this reason; all others run.
        say "The tests of database sources need ${missing[*]}. Install as root: apt-get install ${missing[*]}"
    fi
}

# The tests start their own servers, so the ones that Debian would start are not needed.
install_without_starting() {
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        # shellcheck disable=SC2064  # expand the path now
        trap "rm -f $policy" EXIT
    fi
    apt_install "$@"
}

# The files of a test run need not survive a power failure. Waiting until each write is on the disk takes a tenth of the run.
set_up_eatmydata() {
    if has_program eatmydata || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then return; fi
    apt-get update -qq || true
    apt_install eatmydata || say "The tests take longer without eatmydata."
}

case "${1:-}" in
run) set_up_run ;;
dev) set_up_dev ;;
browser) set_up_browser ;;
databases) set_up_databases ;;
eatmydata) set_up_eatmydata ;;
*)
    say "Usage: scripts/set_up.sh run|dev|browser|databases|eatmydata"
    exit 2
    ;;
esac
