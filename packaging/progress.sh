# shellcheck shell=bash
# Sourced: how the set-up speaks. One numbered line per step with its time; what a step's programs say
# goes to a log of which the end is shown when the step fails.

set -Eeuo pipefail
trap 'say "$0: line $LINENO failed: $BASH_COMMAND"' ERR

step_number=0
step_log=$(mktemp "${TMPDIR:-/tmp}/twinpane-setup.XXXXXX")
step_child=
beside_child=

# The trap of whoever sources this: no program of a step outlives it.
end_steps() {
    local child
    for child in $step_child $beside_child; do
        kill -TERM "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    done
    rm -f "$step_log"
}
trap end_steps EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '%s\n' "$*" >&2; }

# fail CODE LINE…: say what is wrong and what to do, and end.
fail() {
    local code=$1
    shift
    say ""
    say "$(basename "$0"): $1"
    shift
    local line
    for line in "$@"; do say "    $line"; done
    exit "$code"
}

# attended COMMAND…: run a command that ends when this script ends, whatever ends it.
attended() {
    local code=0
    "$@" </dev/null &
    step_child=$!
    wait "$step_child" || code=$?
    step_child=
    return "$code"
}

# begin_beside LOG COMMAND…: run a command beside what follows; it too ends when this script ends.
begin_beside() {
    "${@:2}" >"$1" 2>&1 </dev/null &
    beside_child=$!
}

# end_beside: wait for it; its exit code.
end_beside() {
    local code=0
    wait "$beside_child" || code=$?
    beside_child=
    return "$code"
}

# step TITLE ADVICE COMMAND…: run a command that takes its time.
step() {
    local title=$1 advice=$2 began=$SECONDS told=$SECONDS code=0
    shift 2
    step_number=$((step_number + 1))
    say "[$step_number] $title …"
    "$@" >"$step_log" 2>&1 </dev/null &
    step_child=$!
    while kill -0 "$step_child" 2>/dev/null; do
        sleep 0.2
        if [[ -t 2 ]] && ((SECONDS > told)); then
            printf '\r\033[K    %3d s  %.90s' $((SECONDS - began)) "$(tail -n 1 "$step_log")" >&2
            told=$SECONDS
        elif ((SECONDS >= told + 15)); then
            say "$(printf '    %3d s  %.90s' $((SECONDS - began)) "$(tail -n 1 "$step_log")")"
            told=$SECONDS
        fi
    done
    wait "$step_child" || code=$?
    step_child=
    [[ ! -t 2 ]] || printf '\r\033[K' >&2
    if ((code != 0)); then
        say "    failed after $((SECONDS - began)) s; the end of what it said:"
        tail -n 25 "$step_log" | sed 's/^/    | /' >&2
        fail 1 "$title: failed (exit $code)." "$advice"
    fi
    say "    done in $((SECONDS - began)) s"
}
