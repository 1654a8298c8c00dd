# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# To be sourced first by tests/vm/*.t: from then on, the test runs as root in a
# virtual machine of its own. A test may set guest_options
# before, to options of scripts/vm run, and define a function prepare, which is
# called on the host: what it puts in the directory $IDREVOKE_PREPARED can be read
# in the virtual machine.

: "${IDREVOKE_TOP:?tests are run by make check}" "${IDREVOKE_BUILD:?}"

if [ -z "${IDREVOKE_GUEST-}" ]; then
	export IDREVOKE_GUEST=yes
	# shellcheck disable=SC2206 # lists of words
	vm=("$IDREVOKE_TOP/scripts/vm" run ${IDREVOKE_VM_OPTIONS-} ${guest_options-} -- ${IDREVOKE_VM_WRAPPER-}
		"$(readlink -f "$0")" "$@")
	declare -F prepare >/dev/null || exec "${vm[@]}"
	IDREVOKE_PREPARED=$(mktemp -d "$IDREVOKE_BUILD/prepared.XXXXXX")
	export IDREVOKE_PREPARED
	trap 'rm -rf "$IDREVOKE_PREPARED"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	# Not as part of a condition, in which the function's own set -e has no effect.
	(prepare)
	prepared=$?
	[ "$prepared" -eq 0 ] || exit "$prepared"
	"${vm[@]}"
	exit
fi

# Whose the kernel's complaints are, where several tests share a machine.
echo "test: ${0##*/}" >/dev/kmsg

# shellcheck source=tests/lib/tap.sh
. "$IDREVOKE_TOP/tests/lib/tap.sh"

# load_module [PARAMETER=VALUE...]
load_module() {
	/sbin/insmod "$IDREVOKE_MODULE" "$@" || bail_out "the module cannot be loaded"
	[ ! -e /sys/kernel/btf/vmlinux ] || [ -e /sys/kernel/btf/idrevoke ] ||
		bail_out "the module has no type information (BTF)"
}

unload_module() {
	/sbin/rmmod idrevoke
}

# guest_program NAME [ARGUMENT...]: becomes a compiled test, which writes TAP itself
guest_program() {
	local name=$1
	shift
	exec "$IDREVOKE_BUILD/tests/vm/$name" "$@"
}
