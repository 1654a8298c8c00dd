# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# To be sourced by the scripts beside it: a kernel's place in the cache. It is
# made in $new, and moves to its place when it is whole.

set -euo pipefail
kernels=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
scripts=$(dirname "$kernels")
cache=$("$scripts/cache-directory")/kernel

say() {
	echo "kernel: $*" >&2
}

fail() {
	say "$*"
	exit 1
}

# cache_begin NAME: prints the place and ends if that kernel is there; else goes on
# with an empty $new. Whoever comes second waits, and finds the work done.
cache_begin() {
	kernel=$cache/$1
	mkdir -p "$cache"
	cache_look
	exec 9>"$cache/$1.lock"
	flock 9
	cache_look
	new=$cache/$1.new
	rm -rf "$new"
	mkdir "$new"
	trap 'rm -rf "$new"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# The file release is written last.
cache_look() {
	[ -e "$kernel/release" ] || return 0
	# Those that nobody has asked for in a month go.
	touch "$kernel"
	echo "$kernel"
	exit 0
}

# cache_end RELEASE: $new is whole
cache_end() {
	echo "$1" >"$new/release"
	rm -rf "$kernel"
	mv -T "$new" "$kernel"
	find "$cache" -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -rf {} +
	echo "$kernel"
}
