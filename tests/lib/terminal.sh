# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A program on a terminal of its own, which asks for something that is not shown; to be
# sourced. Needs $work, and until_true of the test.
#
# shellcheck disable=SC2154 # work is the test's

# there is a prompt, and what is typed is not shown any more
terminal_asks() {
	grep -q number "$work/screen" && stty -F "$(cat "$work/tty")" -a | grep -q -- ' -echo '
}

# terminal TYPED COMMAND...: types this at the prompt. What the terminal shows is in
# $work/screen, the status in $status. The keyboard stays until the command ends: script
# may hang on one that goes before.
terminal() {
	local typed=$1 pid keys
	shift
	rm -f "$work/keys" "$work/tty"
	mkfifo "$work/keys"
	script --quiet --return --echo always --flush --command "tty >$work/tty; $*" \
		"$work/typescript" <"$work/keys" >"$work/screen" 2>&1 &
	pid=$!
	exec {keys}>"$work/keys"
	until_true 'the number is asked for' terminal_asks
	printf '%b' "$typed" >&"$keys"
	wait "$pid"
	# shellcheck disable=SC2034 # for the test
	status=$?
	exec {keys}>&-
}
