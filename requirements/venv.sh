#!/bin/sh
# Makes .venv with a Python that is new enough, or says in one sentence what is missing.
# Usage: requirements/venv.sh [PYTHON]    (run from the project's folder)
set -eu

wanted=${1:-}
too_old=""
no_venv=""

works() { # is this interpreter there, new enough, and able to make environments with pip in them?
    found=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || return 1
    if ! "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        too_old=$found
        return 1
    fi
    if ! "$1" -c 'import venv, ensurepip' 2>/dev/null; then
        no_venv=$found
        return 1
    fi
}

python=""
for candidate in ${wanted:+"$wanted"} python3.13 python3.12 python3.11 python3 python3.14; do
    if works "$candidate"; then
        python=$candidate
        break
    elif [ -n "$wanted" ]; then
        break
    fi
done

if [ -z "$python" ]; then
    if [ -n "$no_venv" ]; then
        echo "Python $no_venv is here but cannot make virtual environments yet: on Debian or Ubuntu" \
            "please run 'sudo apt install python3-venv' (or 'python$no_venv-venv'), then make again." >&2
    elif [ -n "$too_old" ]; then
        echo "Liftoff needs Python 3.11 or newer and found $too_old: please install a newer one" \
            "(on macOS: 'brew install python'), or name it with 'make PYTHON=/path/to/python3 ...'." >&2
    else
        echo "Liftoff needs Python 3.11 or newer and found ${wanted:-none}${wanted:+ not to work}: please" \
            "install it (Debian: 'sudo apt install python3 python3-venv'; macOS: 'brew install python')." >&2
    fi
    exit 1
fi

echo "Making .venv with Python $("$python" -c 'import platform; print(platform.python_version())')"
# --clear: what a broken or older environment held must not be mistaken for ours.
"$python" -m venv --clear .venv
