# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Processes in the background, and waiting for what they do; to be sourced after
# tap.sh. $work is a directory for the test, which goes when it ends; the output of a
# process called NAME is in $work/NAME.log.

work=$(mktemp -d)
declare -A process=()

processes_stop() {
	local name
	for name in "${!process[@]}"; do
		stop "$name"
	done
}
processes_clean_up() {
	processes_stop
	rm -rf "$work"
}
trap processes_clean_up EXIT

# start NAME COMMAND...
start() {
	local name=$1
	[ -z "${process[$name]-}" ] || bail_out "two processes called $name"
	shift
	"$@" >>"$work/$name.log" 2>&1 &
	process[$name]=$!
}

# stop NAME [SIGNAL]: ends it and gives its status
stop() {
	local pid=${process[$1]}
	unset "process[$1]"
	kill "-${2:-TERM}" "$pid"
	wait "$pid" 2>/dev/null
}

# comes_true COMMAND...: it succeeds before the time is over
patience=20
comes_true() {
	local end=$((SECONDS + patience))
	until "$@" 2>/dev/null; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.02
	done
}

# happens NAME COMMAND...: the same as a test, which on failure shows what was said
happens() {
	local name=$1
	shift
	if comes_true "$@"; then
		tap_result ok "$name"
	else
		tap_result 'not ok' "$name"
		diag "not within $patience s: $*"
		diag "$(tail -n 20 "$work"/*.log)"
	fi
}

# said NAME PATTERN: a process said it
said() {
	grep -qE -- "$2" "$work/$1.log"
}

# times NAME PATTERN: in how many lines
times() {
	grep -cE -- "$2" "$work/$1.log"
}

# free_port: of 127.0.0.1
free_port() {
	perl -MIO::Socket::INET -e \
		'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:0")->sockport'
}
