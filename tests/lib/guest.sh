# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# To be sourced first by tests/vm/*.t: from then on, the test runs as root in a
# virtual machine of its own. A test may set guest_options
# before, to options of scripts/vm run.

: "${IDREVOKE_TOP:?tests are run by make check}" "${IDREVOKE_BUILD:?}"

if [ -z "${IDREVOKE_GUEST-}" ]; then
	export IDREVOKE_GUEST=yes
	# shellcheck disable=SC2086 # a list of words
	exec "$IDREVOKE_TOP/scripts/vm" run ${IDREVOKE_VM_OPTIONS-} ${guest_options-} -- \
		"$(readlink -f "$0")" "$@"
fi

# shellcheck source=tests/lib/tap.sh
. "$IDREVOKE_TOP/tests/lib/tap.sh"

# load_module [PARAMETER=VALUE...]
load_module() {
	/sbin/insmod "$IDREVOKE_BUILD/kmod/idrevoke.ko" "$@" || bail_out "the module cannot be loaded"
	[ -e /sys/kernel/btf/idrevoke ] || bail_out "the module has no type information (BTF)"
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
