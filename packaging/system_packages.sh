# shellcheck shell=bash
# Sourced after progress.sh: what the operating system must bring, and its installation on Debian's kin.

# install_packages WHY PACKAGE…: install with apt-get as root or with sudo; without either, say how.
install_packages() {
    local why=$1 as_root=()
    shift
    if ! command -v apt-get >/dev/null; then
        fail 3 "$why" "This system has no apt-get. On Debian these packages bring it: $*" \
            "Install what brings the same here, then run this again."
    fi
    if ((EUID != 0)); then
        as_root=(sudo)
        # Asks for the password now, where it can be seen, and not in the middle of a step.
        if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; }; }; then
            fail 3 "$why" "Installing needs root, and sudo is not to be had. Let an administrator run:" "" \
                "    apt-get update && apt-get install -y --no-install-recommends $*" "" \
                "then run this again."
        fi
    fi
    say "$why"
    say "    installing: $*"
    step "Refreshing the list of system packages" "Check the network and /etc/apt." \
        "${as_root[@]}" apt-get -q update
    step "Installing $# system packages" "Run the apt-get line by hand: apt-get install $*" \
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -q install -y --no-install-recommends "$@"
}

# The Debian package that brings a shared library.
package_of_library() {
    case $1 in
        libglib-2.0.so.0 | libgthread-2.0.so.0 | libgobject-2.0.so.0 | libgio-2.0.so.0) echo libglib2.0-0 ;;
        libxcb.so.1) echo libxcb1 ;;
        libX11.so.6) echo libx11-6 ;;
        libX11-xcb.so.1) echo libx11-xcb1 ;;
        libdbus-1.so.3) echo libdbus-1-3 ;;
        libz.so.1) echo zlib1g ;;
        libstdc++.so.6) echo libstdc++6 ;;
        libgssapi_krb5.so.2) echo libgssapi-krb5-2 ;;
        # libNAME.so.N comes with libNAMEN, libNAME2.so.N with libNAME2-N.
        lib*[0-9].so.*) echo "${1/.so./-}" | tr '[:upper:]' '[:lower:]' ;;
        *) echo "${1/.so./}" | tr '[:upper:]' '[:lower:]' ;;
    esac
}

# qt_libraries_missing VENV: names of the shared libraries that Qt's wheel needs and that the loader does
# not find, for windows under X (also a virtual one), without a screen, and under Wayland if that runs.
qt_libraries_missing() {
    local qt files
    qt=$(echo "$1"/lib/python3.*/site-packages/PyQt6)
    files=("$qt"/Qt{Core,Gui,Widgets,Svg,OpenGL,OpenGLWidgets}.abi3.so
        "$qt"/Qt6/plugins/platforms/libq{xcb,offscreen}.so
        "$qt"/Qt6/plugins/xcbglintegrations/*.so)
    [[ -z ${WAYLAND_DISPLAY:-} ]] || files+=("$qt"/Qt6/plugins/platforms/libqwayland*.so)
    LC_ALL=C ldd "${files[@]}" 2>/dev/null | sed -n 's/^\s*\(\S*\) => not found$/\1/p' | sort -u
}

# ensure_system_packages VENV COMMAND=PACKAGE…: the libraries of Qt, programs by name, and files by their
# absolute path (a header that a test is compiled with).
ensure_system_packages() {
    local venv=$1 library program libraries=() packages=()
    shift
    mapfile -t libraries < <(qt_libraries_missing "$venv")
    for library in "${libraries[@]}"; do packages+=("$(package_of_library "$library")"); done
    for program in "$@"; do
        [[ $program == /* && -e ${program%%=*} ]] && continue
        if ! command -v "${program%%=*}" >/dev/null; then
            libraries+=("${program%%=*}")
            packages+=("${program##*=}")
        fi
    done
    ((${#packages[@]})) || return 0
    mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
    install_packages "This system lacks: ${libraries[*]}" "${packages[@]}"
    mapfile -t libraries < <(qt_libraries_missing "$venv")
    if ((${#libraries[@]})); then
        fail 3 "Still not found after the installation: ${libraries[*]}" \
            "Install what brings these libraries on this system, then run this again."
    fi
}
