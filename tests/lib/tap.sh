# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TAP for tests in bash; to be sourced. A test calls ok, is and like any number
# of times, and at its end done_testing.

tap_count=0
tap_failed=0

# diag TEXT: a comment that people see
diag() {
	printf '%s\n' "$*" | sed 's/^/# /' >&2
}

tap_result() {
	tap_count=$((tap_count + 1))
	[ "$1" = ok ] || tap_failed=$((tap_failed + 1))
	printf '%s %d - %s\n' "$1" "$tap_count" "$2"
}

# ok NAME COMMAND [ARGUMENT...]: the command succeeds
ok() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		tap_result ok "$name"
	else
		tap_result 'not ok' "$name"
		diag "status of: $*"
		diag "$output"
	fi
}

# exits STATUS NAME COMMAND [ARGUMENT...]: the command ends with this status
exits() {
	local want=$1 name=$2 output status=0
	shift 2
	output=$("$@" 2>&1) || status=$?
	if [ "$status" -eq "$want" ]; then
		tap_result ok "$name"
	else
		tap_result 'not ok' "$name"
		diag "status $status instead of $want: $*"
		diag "$output"
	fi
}

# is GOT WANTED NAME
is() {
	if [ "$1" = "$2" ]; then
		tap_result ok "$3"
	else
		tap_result 'not ok' "$3"
		diag "got:    $1"
		diag "wanted: $2"
	fi
}

# like GOT REGULAR-EXPRESSION NAME
like() {
	if [[ $1 =~ $2 ]]; then
		tap_result ok "$3"
	else
		tap_result 'not ok' "$3"
		diag "got:             $1"
		diag "does not match:  $2"
	fi
}

# bail_out WHY: nothing further makes sense
bail_out() {
	printf 'Bail out! %s\n' "$*"
	exit 1
}

done_testing() {
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" -eq 0 ]
	exit
}
