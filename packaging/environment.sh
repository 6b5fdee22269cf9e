# shellcheck shell=bash
# Sourced after progress.sh and system_packages.sh, in the root of a checkout: a Python that fits, and a
# virtual environment of the locked versions with Twinpane and the machine plugins of the checkout in it.

# python_version PYTHON: "3.12" if it runs, is supported and whole; nothing otherwise.
python_version() {
    "$1" - 2>/dev/null <<'PYTHON' || true
import ctypes, sqlite3, ssl, sys, venv  # what a Python built by hand may lack
if sys.implementation.name == "cpython" and (3, 11) <= sys.version_info < (3, 14):
    print("%d.%d" % sys.version_info[:2])
PYTHON
}

can_make_environments() { "$1" -c 'import ensurepip' 2>/dev/null; }

# pythons_found: "VERSION PATH" of the supported Pythons of this system, one of each version, newest first.
# A shim of pyenv may stand on the path and yet fail, so its versions are looked at as well.
pythons_found() {
    local candidate version
    {
        for candidate in python3.13 python3.12 python3.11 python3 \
            "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[123].*/bin/python3; do
            candidate=$(command -v "$candidate") || continue
            version=$(python_version "$candidate")
            [[ -z $version ]] || ! can_make_environments "$candidate" || echo "$version $candidate"
        done
    } | sort --stable --version-sort --reverse --key=1,1 --unique
}

# pythons_told [--full]: which of the supported Pythons are here, and which of them packaging/test tests.
pythons_told() {
    local version chosen=${python_chosen%% *} found absent='' others=''
    found=" $({ echo "$chosen" && pythons_found; } | cut -d' ' -f1 | sort -uV | tr '\n' ' ')"
    for version in 3.11 3.12 3.13; do
        if [[ $found != *" $version "* ]]; then
            absent+=" $version"
        elif [[ $version != "$chosen" ]]; then
            others+=" $version"
        fi
    done
    if [[ ${1:-} == --full ]]; then
        echo "Pythons found and tested:${found% }${absent:+; not found:$absent}"
    else
        echo "Pythons found:${found% }; tested: $chosen${others:+; only with --full:$others}${absent:+; not found:$absent}"
    fi
}

# choose_python: the Python for .venv, as "VERSION PATH" in $python_chosen. The one that an existing .venv
# was made with stays; TWINPANE_PYTHON names another.
choose_python() {
    local candidate version
    python_chosen=
    if [[ -n ${TWINPANE_PYTHON:-} ]]; then
        version=$(python_version "$TWINPANE_PYTHON")
        [[ -n $version ]] || fail 3 "TWINPANE_PYTHON=$TWINPANE_PYTHON is no Python 3.11 to 3.13 that works."
        python_chosen="$version $(command -v "$TWINPANE_PYTHON")"
        return
    fi
    version=$(python_version .venv/bin/python)
    if [[ -n $version ]]; then
        python_chosen="$version $(readlink -f .venv/bin/python)"
        return
    fi
    python_chosen=$(pythons_found | head -n 1)
    [[ -z $python_chosen ]] || return 0
    for candidate in python3.13 python3.12 python3.11 python3; do
        version=$(python_version "$candidate")
        [[ -n $version ]] || continue
        install_packages "$candidate cannot make virtual environments (no ensurepip)." "python$version-venv"
        python_chosen="$version $(command -v "$candidate")"
        return
    done
    install_packages "No Python 3.11 to 3.13 found." python3 python3-venv
    python_chosen=$(pythons_found | head -n 1)
    [[ -n $python_chosen ]] || fail 3 "This system's own Python is not 3.11 to 3.13." \
        "Install one of these and run this again; TWINPANE_PYTHON=/path/to/python3.x names it."
}

# environment_key LOCK VERSION: what an environment was made from; a change makes it anew.
environment_key() {
    local plugins=()
    mapfile -t plugins < <(compgen -G 'plugins/*/pyproject.toml' || true)
    { echo "$PWD $2" && cat "$1" pyproject.toml "${plugins[@]}"; } | sha256sum | cut -d' ' -f1
}

# ensure_environment VENV FLAVOUR VERSION PYTHON: FLAVOUR is `runtime` or `development` (which serves as both).
ensure_environment() {
    local venv=$1 flavour=$2 version=$3 python=$4 lock key plugin sources=()
    if [[ $flavour == runtime && $(cat "$venv/made-from.development" 2>/dev/null) == \
        $(environment_key packaging/requirements-dev.txt "$version") ]]; then
        return
    fi
    lock=packaging/requirements.txt
    [[ $flavour == runtime ]] || lock=packaging/requirements-dev.txt
    key=$(environment_key "$lock" "$version")
    [[ $(cat "$venv/made-from.$flavour" 2>/dev/null) != "$key" ]] || return 0

    if [[ $(python_version "$venv/bin/python") != "$version" ]] || ! "$venv/bin/python" -m pip --version &>/dev/null; then
        step "Making $venv with Python $version ($python)" "Check the disk's space and this Python." \
            "$python" -m venv --clear "$venv"
    fi
    rm -f "$venv"/made-from.*
    step "Installing the locked libraries into $venv (the first time it takes a minute or two)" \
        "Check the network and pip's configuration (a proxy, a mirror), then run this again: it goes on." \
        "$venv/bin/python" -m pip --disable-pip-version-check install --progress-bar off --require-hashes -r "$lock"
    for plugin in plugins/*/pyproject.toml; do
        [[ ! -e $plugin ]] || sources+=(-e "${plugin%/pyproject.toml}")
    done
    step "Installing Twinpane and $((${#sources[@]} / 2)) machine plugins of this checkout" \
        "The lines above name what is wrong." \
        "$venv/bin/python" -m pip --disable-pip-version-check install --no-deps --no-build-isolation -e . "${sources[@]}"
    step "Checking that everything fits together" "If a dependency was added: packaging/lock" \
        "$venv/bin/python" -m pip --disable-pip-version-check check
    echo "$key" >"$venv/made-from.$flavour"
}

# with_setup_lock COMMAND…: one set-up of a checkout at a time. The lock lies on the folder itself.
with_setup_lock() {
    exec 9<packaging
    if command -v flock >/dev/null && ! flock --nonblock 9; then
        say "Another set-up of this checkout is running; waiting for it …"
        flock 9
    fi
    "$@"
    exec 9<&-
}
